using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>Body of <c>POST /api/topology/compare</c>, an addition to Skydive's API: what is not the same at two times.</summary>
public sealed record CompareRequest
{
    /// <summary>
    /// The one time, in the forms of Gremlin's <c>At</c>: a duration from now (<c>-5m</c>), RFC 3339, RFC 1123, or seconds or milliseconds
    /// since 1970-01-01 UTC.
    /// </summary>
    public MetadataValue From { get; init; }

    /// <summary>The other time; null for now.</summary>
    public MetadataValue To { get; init; }

    /// <summary>A query for nodes, edges or a graph: only what it finds at one of the two times is compared. Null for all.</summary>
    public string? GremlinQuery { get; init; }

    /// <summary>Metadata paths that do not count, with all that is below them, such as <c>Neighbors</c>.</summary>
    public IReadOnlyList<string>? Ignore { get; init; }

    /// <summary>Whether counters count, which tick all the time.</summary>
    public bool Counters { get; init; }
}
