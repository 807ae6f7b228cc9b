using System.Text.Json.Serialization;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>A value of an element that is not the same at two times.</summary>
public sealed record FieldDifference
{
    /// <summary>Where it is in the metadata, with dots for nested maps.</summary>
    public required string Path { get; init; }

    /// <summary>The value at the one time; absent when there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MetadataValue Before { get; init; }

    /// <summary>The value at the other time; absent when there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public MetadataValue After { get; init; }
}
