using Skydive.Client.Gremlin;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Walks;

/// <summary>Which paths to look for.</summary>
public sealed record PathQuery
{
    /// <summary>The nodes where paths begin.</summary>
    public required GremlinText From { get; init; }

    /// <summary>The nodes where they may end; the nearest is taken.</summary>
    public required GremlinText To { get; init; }

    /// <summary>
    /// Relation types or patterns of the edges to follow. Empty for all but ownership, which would join every two interfaces of a host.
    /// </summary>
    public IReadOnlyList<string> RelationTypes { get; init; } = [];

    /// <summary>The time to look at; null for now.</summary>
    public DateTimeOffset? At { get; init; }

    internal GremlinConditions Relations => RelationTypes.Count switch
    {
        0 => new("RelationType", GremlinPredicate.Without(Contracts.Topology.RelationTypes.Ownership)),
        1 => new("RelationType", GremlinPredicate.Like(RelationTypes[0])),
        _ => new("RelationType", GremlinPredicate.Regex(string.Join('|', RelationTypes.Select(static pattern => $"({Wildcard.ToRegex(pattern)})")))),
    };
}
