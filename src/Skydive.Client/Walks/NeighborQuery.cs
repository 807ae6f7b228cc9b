using Skydive.Client.Gremlin;

namespace Skydive.Client.Walks;

/// <summary>Which neighbours to look for.</summary>
public sealed record NeighborQuery
{
    /// <summary>The nodes to start from, such as the result of <see cref="Selection.NodeSelector.Parse"/>; together they are one start.</summary>
    public required IReadOnlyList<GremlinText> From { get; init; }

    /// <summary>Which way to follow edges.</summary>
    public WalkDirection Direction { get; init; }

    /// <summary>How many edges to go at most.</summary>
    public int Depth { get; init; } = 1;

    /// <summary>Relation types or patterns of the edges to follow; empty for all.</summary>
    public IReadOnlyList<string> RelationTypes { get; init; } = [];

    /// <summary>The time to look at; null for now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>How far back from that time to look as well; null for the point in time alone.</summary>
    public TimeSpan? Duration { get; init; }
}
