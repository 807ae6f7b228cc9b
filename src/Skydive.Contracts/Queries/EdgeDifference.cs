using System.Text.Json.Serialization;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Queries;

/// <summary>An edge that is not the same at two times.</summary>
public sealed record EdgeDifference
{
    /// <summary>What became of it.</summary>
    public required DifferenceKind Kind { get; init; }

    /// <summary>The edge at the one time; null when it was not there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Edge? Before { get; init; }

    /// <summary>The edge at the other time; null when it was not there.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Edge? After { get; init; }

    /// <summary>What changed in it; empty for one that came or went.</summary>
    public required IReadOnlyList<FieldDifference> Fields { get; init; }
}
