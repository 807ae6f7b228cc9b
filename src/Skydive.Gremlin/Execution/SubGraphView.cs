using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>A part of a graph as a graph: walking in it does not leave it.</summary>
internal sealed class SubGraphView : IGraphView
{
    private readonly List<Node> _nodes;
    private readonly List<Edge> _edges;
    private readonly Lazy<ILookup<string, Node>> _nodesById;
    private readonly Lazy<ILookup<string, Edge>> _edgesById;
    private readonly Lazy<ILookup<string, Edge>> _edgesByParent;
    private readonly Lazy<ILookup<string, Edge>> _edgesByChild;

    public SubGraphView(TimeSlice? slice, List<Node> nodes, List<Edge> edges)
    {
        Slice = slice;
        _nodes = nodes;
        _edges = edges;
        _nodesById = new(() => _nodes.ToLookup(static node => node.Id, StringComparer.Ordinal));
        _edgesById = new(() => _edges.ToLookup(static edge => edge.Id, StringComparer.Ordinal));
        _edgesByParent = new(() => _edges.ToLookup(static edge => edge.Parent, StringComparer.Ordinal));
        _edgesByChild = new(() => _edges.ToLookup(static edge => edge.Child, StringComparer.Ordinal));
    }

    /// <inheritdoc/>
    public TimeSlice? Slice { get; }

    /// <inheritdoc/>
    public int NodeCount => _nodes.Count;

    /// <inheritdoc/>
    public int EdgeCount => _edges.Count;

    /// <inheritdoc/>
    public Node? FindNode(string id) => _nodesById.Value[id].LastOrDefault();

    /// <inheritdoc/>
    public Edge? FindEdge(string id) => _edgesById.Value[id].LastOrDefault();

    /// <inheritdoc/>
    public IEnumerable<Node> GetNodeRevisions(string id) => _nodesById.Value[id];

    /// <inheritdoc/>
    public IEnumerable<Edge> GetEdgeRevisions(string id) => _edgesById.Value[id];

    /// <inheritdoc/>
    public IEnumerable<Node> GetNodes(Filter? filter = null) => filter is null ? _nodes : _nodes.Where(filter.Matches);

    /// <inheritdoc/>
    public IEnumerable<Edge> GetEdges(Filter? filter = null) => filter is null ? _edges : _edges.Where(filter.Matches);

    /// <inheritdoc/>
    public IEnumerable<Edge> GetEdges(Node node, EdgeDirection direction) => direction switch
    {
        EdgeDirection.Out => _edgesByParent.Value[node.Id],
        EdgeDirection.In => _edgesByChild.Value[node.Id],
        _ => _edgesByParent.Value[node.Id].Concat(
            _edgesByChild.Value[node.Id].Where(static edge => !string.Equals(edge.Parent, edge.Child, StringComparison.Ordinal))),
    };

    /// <inheritdoc/>
    public IEnumerable<Node> GetParents(Edge edge) => _nodesById.Value[edge.Parent];

    /// <inheritdoc/>
    public IEnumerable<Node> GetChildren(Edge edge) => _nodesById.Value[edge.Child];
}
