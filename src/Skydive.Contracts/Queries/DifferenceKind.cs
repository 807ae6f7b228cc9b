using System.Text.Json.Serialization;

namespace Skydive.Contracts.Queries;

/// <summary>What became of an element between two times.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<DifferenceKind>))]
public enum DifferenceKind
{
    /// <summary>It was not there at the one time, and was at the other.</summary>
    Added,

    /// <summary>It was there at the one time, and was not at the other.</summary>
    Removed,

    /// <summary>It was there at both times and not the same.</summary>
    Changed,
}
