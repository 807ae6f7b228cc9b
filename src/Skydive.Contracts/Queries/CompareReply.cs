namespace Skydive.Contracts.Queries;

/// <summary>What is not the same at two times.</summary>
public sealed record CompareReply
{
    /// <summary>The one time in milliseconds since 1970-01-01 UTC.</summary>
    public required long From { get; init; }

    /// <summary>The other time.</summary>
    public required long To { get; init; }

    /// <summary>The nodes, by identifier.</summary>
    public required IReadOnlyList<NodeDifference> Nodes { get; init; }

    /// <summary>The edges, by identifier.</summary>
    public required IReadOnlyList<EdgeDifference> Edges { get; init; }
}
