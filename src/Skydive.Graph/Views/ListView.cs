using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;

namespace Skydive.Graph.Views;

/// <summary>Given nodes and edges, in any number of revisions, as a graph. Finding one by its identifier or its ends makes an index first.</summary>
public abstract class ListView : IGraphView
{
    private readonly IReadOnlyList<Node> _nodes;
    private readonly IReadOnlyList<Edge> _edges;
    private readonly Lazy<ILookup<string, Node>> _nodesById;
    private readonly Lazy<ILookup<string, Edge>> _edgesById;
    private readonly Lazy<ILookup<string, Edge>> _edgesByParent;
    private readonly Lazy<ILookup<string, Edge>> _edgesByChild;

    /// <summary>Makes the view.</summary>
    /// <param name="slice">The time that is shown; null for now.</param>
    /// <param name="nodes">The nodes in the order of the view, revisions of one in theirs.</param>
    /// <param name="edges">The edges in the order of the view, revisions of one in theirs.</param>
    protected ListView(TimeSlice? slice, IReadOnlyList<Node> nodes, IReadOnlyList<Edge> edges)
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
    public IEnumerable<Edge> GetEdges(Node node, EdgeDirection direction)
    {
        if ((direction & EdgeDirection.Out) != 0)
        {
            foreach (var edge in _edgesByParent.Value[node.Id])
            {
                yield return edge;
            }
        }

        if ((direction & EdgeDirection.In) != 0)
        {
            foreach (var edge in _edgesByChild.Value[node.Id])
            {
                if (direction != EdgeDirection.Both || !string.Equals(edge.Parent, edge.Child, StringComparison.Ordinal))
                {
                    yield return edge;
                }
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Node> GetParents(Edge edge) => _nodesById.Value[edge.Parent];

    /// <inheritdoc/>
    public IEnumerable<Node> GetChildren(Edge edge) => _nodesById.Value[edge.Child];
}
