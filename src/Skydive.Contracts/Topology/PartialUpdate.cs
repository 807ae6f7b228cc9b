using System.Text.Json.Serialization;

namespace Skydive.Contracts.Topology;

/// <summary>What changed in one element: the payload of NodePartiallyUpdated and EdgePartiallyUpdated.</summary>
[JsonConverter(typeof(PartialUpdateJsonConverter))]
public sealed record PartialUpdate
{
    /// <summary>Identifier of the element.</summary>
    public required string ID { get; init; }

    /// <summary>When, in milliseconds since 1970-01-01 UTC.</summary>
    public required long UpdatedAt { get; init; }

    /// <summary>The revision that the changes lead to.</summary>
    public required long Revision { get; init; }

    /// <summary>The changes.</summary>
    public required IReadOnlyList<MetadataOperation> Ops { get; init; }

    /// <summary>
    /// Whether only counters that tick were changed, which history does not keep as revisions. An addition to Skydive's message; absent means no.
    /// </summary>
    public bool Transient { get; init; }
}
