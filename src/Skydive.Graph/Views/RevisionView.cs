using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;

namespace Skydive.Graph.Views;

/// <summary>
/// Past revisions of nodes and edges as a graph: what a history store found for a point or a span of time. For a point of time the newest
/// matching revision of each element is kept, for a span all of them.
/// </summary>
public sealed class RevisionView : IGraphView
{
    private readonly List<Node> _nodes;
    private readonly List<Edge> _edges;
    private readonly Lazy<ILookup<string, Node>> _nodesById;
    private readonly Lazy<ILookup<string, Edge>> _edgesById;
    private readonly Lazy<ILookup<string, Edge>> _edgesByParent;
    private readonly Lazy<ILookup<string, Edge>> _edgesByChild;

    /// <summary>Makes the view.</summary>
    /// <param name="slice">The time that is shown.</param>
    /// <param name="nodes">Revisions of nodes that were valid then, in any order.</param>
    /// <param name="edges">Revisions of edges that were valid then, in any order.</param>
    public RevisionView(TimeSlice slice, IEnumerable<Node> nodes, IEnumerable<Edge> edges)
    {
        Slice = slice;
        _nodes = Order(nodes, slice.IsPoint);
        _edges = Order(edges, slice.IsPoint);
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

    private static List<T> Order<T>(IEnumerable<T> elements, bool newestOnly)
        where T : GraphElement
    {
        if (newestOnly)
        {
            var newest = new Dictionary<string, T>(StringComparer.Ordinal);
            foreach (var element in elements)
            {
                // One that was removed and came back starts again with revision 1, perhaps in the same millisecond.
                if (!newest.TryGetValue(element.Id, out var other)
                    || (element.CreatedAt, element.UpdatedAt, element.Revision).CompareTo((other.CreatedAt, other.UpdatedAt, other.Revision)) > 0)
                {
                    newest[element.Id] = element;
                }
            }

            elements = newest.Values;
        }

        return [.. elements
            .OrderBy(static element => element.CreatedAt)
            .ThenBy(static element => element.Id, StringComparer.Ordinal)
            .ThenBy(static element => element.UpdatedAt)
            .ThenBy(static element => element.Revision)];
    }
}
