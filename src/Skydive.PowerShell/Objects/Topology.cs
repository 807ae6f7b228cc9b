namespace Skydive;

/// <summary>Nodes and edges at one time.</summary>
public sealed class Topology
{
    internal Topology(DateTimeOffset time, Node[] nodes, Edge[] edges)
    {
        Time = time;
        Nodes = nodes;
        Edges = edges;
    }

    /// <summary>The time that is shown.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>The nodes.</summary>
    public Node[] Nodes { get; }

    /// <summary>The edges.</summary>
    public Edge[] Edges { get; }

    /// <summary>How many there are of both.</summary>
    public override string ToString() => $"{Nodes.Length} nodes, {Edges.Length} edges";
}
