using Skydive.Graph.Collections;

namespace Skydive.Graph;

/// <summary>The edges at a node, by slot.</summary>
internal sealed class Adjacency(IntSet outgoing, IntSet incoming)
{
    public static readonly Adjacency Empty = new(IntSet.Empty, IntSet.Empty);

    public IntSet Outgoing { get; } = outgoing;

    public IntSet Incoming { get; } = incoming;
}
