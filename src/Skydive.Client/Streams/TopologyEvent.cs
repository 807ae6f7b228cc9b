using Skydive.Client.Errors;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Streams;

/// <summary>One thing that a followed graph told. Immutable.</summary>
public sealed record TopologyEvent
{
    /// <summary>What it tells.</summary>
    public required TopologyEventKind Kind { get; init; }

    /// <summary>When: of a change, the time of its revision; of the others, the time at which the client knew.</summary>
    public required DateTimeOffset Time { get; init; }

    /// <summary>The node as it is, or as it was when it went away; null when it is not about a node.</summary>
    public Node? Node { get; init; }

    /// <summary>The node before the change; null when it is not about a changed node.</summary>
    public Node? PreviousNode { get; init; }

    /// <summary>The edge as it is, or as it was when it went away; null when it is not about an edge.</summary>
    public Edge? Edge { get; init; }

    /// <summary>The edge before the change; null when it is not about a changed edge.</summary>
    public Edge? PreviousEdge { get; init; }

    /// <summary>The whole graph of <see cref="TopologyEventKind.Synchronized"/>; else null.</summary>
    public SubGraph? Graph { get; init; }

    /// <summary>Whether the change was found by comparing after an interruption: others may have happened in between, unseen.</summary>
    public bool IsCatchUp { get; init; }

    /// <summary>Why the connection broke; null for other events.</summary>
    public SkydiveException? Error { get; init; }

    /// <summary>How long the client waits before it tries anew; null for other events.</summary>
    public TimeSpan? RetryDelay { get; init; }
}
