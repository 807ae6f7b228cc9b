namespace Skydive.Contracts.Topology;

/// <summary>Nodes and edges, as a sync message and a sub-graph query carry them. Null lists in JSON are read as empty.</summary>
public sealed record SubGraph
{
    /// <summary>The nodes.</summary>
    public IReadOnlyList<Node> Nodes { get; init => field = value ?? []; } = [];

    /// <summary>The edges.</summary>
    public IReadOnlyList<Edge> Edges { get; init => field = value ?? []; } = [];

    /// <summary>Whether nobody else holds the elements, so that the first graph that takes them over may keep these very objects.</summary>
    internal bool IsUnshared { get; init; }
}
