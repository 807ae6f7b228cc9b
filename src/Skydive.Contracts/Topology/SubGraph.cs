namespace Skydive.Contracts.Topology;

/// <summary>Nodes and edges, as a sync message and a sub-graph query carry them. Null lists in JSON are read as empty.</summary>
public sealed record SubGraph
{
    private readonly IReadOnlyList<Node> _nodes = [];
    private readonly IReadOnlyList<Edge> _edges = [];

    /// <summary>The nodes.</summary>
    public IReadOnlyList<Node> Nodes
    {
        get => _nodes;
        init => _nodes = value ?? [];
    }

    /// <summary>The edges.</summary>
    public IReadOnlyList<Edge> Edges
    {
        get => _edges;
        init => _edges = value ?? [];
    }
}
