using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Collections;
using Skydive.Graph.Views;

namespace Skydive.Graph;

/// <summary>
/// The live graph as it was after one transaction. Immutable and never locked: take it once from <see cref="LiveGraph.Current"/> and all that
/// is read from it is consistent.
/// </summary>
public sealed class GraphSnapshot : IGraphView
{
    private readonly GraphState _state;

    internal GraphSnapshot(in GraphState state, long sequence)
    {
        _state = state;
        Sequence = sequence;
    }

    /// <summary>Number of the transaction that led here.</summary>
    public long Sequence { get; }

    /// <inheritdoc/>
    public TimeSlice? Slice => null;

    /// <inheritdoc/>
    public int NodeCount => _state.NodeSlots.Count;

    /// <inheritdoc/>
    public int EdgeCount => _state.EdgeSlots.Count;

    internal GraphState State => _state;

    /// <inheritdoc/>
    public Node? FindNode(string id) => _state.FindNode(id);

    /// <inheritdoc/>
    public Edge? FindEdge(string id) => _state.FindEdge(id);

    /// <inheritdoc/>
    public IEnumerable<Node> GetNodeRevisions(string id) => FindNode(id) is { } node ? [node] : [];

    /// <inheritdoc/>
    public IEnumerable<Edge> GetEdgeRevisions(string id) => FindEdge(id) is { } edge ? [edge] : [];

    /// <inheritdoc/>
    public IEnumerable<Node> GetNodes(Filter? filter = null) => Select(_state.Nodes, _state.NodeIndex, filter);

    /// <inheritdoc/>
    public IEnumerable<Edge> GetEdges(Filter? filter = null) => Select(_state.Edges, _state.EdgeIndex, filter);

    /// <inheritdoc/>
    public IEnumerable<Edge> GetEdges(Node node, EdgeDirection direction)
    {
        if (_state.Adjacency[SlotOf(node)] is not { } adjacency)
        {
            yield break;
        }

        if ((direction & EdgeDirection.Out) != 0)
        {
            foreach (int slot in adjacency.Outgoing.Members())
            {
                yield return _state.Edges[slot]!;
            }
        }

        if ((direction & EdgeDirection.In) != 0)
        {
            foreach (int slot in adjacency.Incoming.Members())
            {
                var edge = _state.Edges[slot]!;
                if (direction != EdgeDirection.Both || edge.ParentSlot != edge.ChildSlot)
                {
                    yield return edge;
                }
            }
        }
    }

    /// <inheritdoc/>
    public IEnumerable<Node> GetParents(Edge edge) => GetParent(edge) is { } node ? [node] : [];

    /// <inheritdoc/>
    public IEnumerable<Node> GetChildren(Edge edge) => GetChild(edge) is { } node ? [node] : [];

    /// <summary>The node at which an edge of this snapshot starts.</summary>
    /// <param name="edge">The edge.</param>
    public Node? GetParent(Edge edge) => NodeAt(edge.ParentSlot, edge.Parent);

    /// <summary>The node at which an edge of this snapshot ends.</summary>
    /// <param name="edge">The edge.</param>
    public Node? GetChild(Edge edge) => NodeAt(edge.ChildSlot, edge.Child);

    /// <summary>The owner of a node: the parent of its ownership edge.</summary>
    /// <param name="node">The node.</param>
    public Node? GetOwner(Node node)
    {
        foreach (var edge in GetEdges(node, EdgeDirection.In))
        {
            if (edge.RelationType == RelationTypes.Ownership)
            {
                return GetParent(edge);
            }
        }

        return null;
    }

    /// <summary>
    /// The values that nodes hold at an indexed key (Name, Type …), in no order, with how many hold each; null when the key is not indexed.
    /// The elements of a list count each, maps are left out.
    /// </summary>
    /// <param name="key">The key.</param>
    public IEnumerable<KeyValuePair<MetadataValue, int>>? CountNodeValues(string key) => _state.NodeIndex.CountValues(key);

    /// <summary>All nodes and edges.</summary>
    public SubGraph ToSubGraph() => new() { Nodes = [.. GetNodes()], Edges = [.. GetEdges()] };

    private static IEnumerable<T> Select<T>(IntMap<T> elements, ElementIndex index, Filter? filter)
        where T : GraphElement
    {
        if (filter is null)
        {
            return elements.Values();
        }

        if (index.FindCandidates(filter) is not { } candidates)
        {
            return elements.Values().Where(filter.Matches);
        }

        // One set is in order already; several are merged, each slot once.
        var slots = candidates.Count == 1 ? candidates[0].Members() : candidates.SelectMany(static set => set.Members()).Distinct().Order();
        return Match(elements, slots, filter);
    }

    private static IEnumerable<T> Match<T>(IntMap<T> elements, IEnumerable<int> slots, Filter filter)
        where T : GraphElement
    {
        foreach (int slot in slots)
        {
            if (elements[slot] is { } element && filter.Matches(element))
            {
                yield return element;
            }
        }
    }

    private int SlotOf(Node node) =>
        node.Slot >= 0 && _state.Nodes[node.Slot] is { } own && string.Equals(own.Id, node.Id, StringComparison.Ordinal) ? node.Slot
        : _state.NodeSlots.TryGetValue(node.Id, out int slot) ? slot : int.MaxValue;

    private Node? NodeAt(int slot, string id) =>
        slot >= 0 && _state.Nodes[slot] is { } own && string.Equals(own.Id, id, StringComparison.Ordinal) ? own : FindNode(id);
}
