using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Collections;
using Skydive.Graph.Reading;
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
    public IEnumerable<Node> GetNodes(Filter? filter = null) => SelectNodes(filter);

    /// <inheritdoc/>
    public IEnumerable<Edge> GetEdges(Filter? filter = null)
    {
        if (filter is null)
        {
            return _state.Edges.Values();
        }

        if (SlotsOf(filter, _state.EdgeSlots, _state.Edges) is { } named)
        {
            return named.Select(slot => _state.Edges[slot]!).Where(filter.Matches);
        }

        if (_state.EdgeIndex.FindCandidates(filter) is not { } candidates)
        {
            return _state.Edges.Values().Where(filter.Matches);
        }

        // One set is in order already; several are merged, each slot once.
        var slots = candidates.Count == 1 ? candidates[0].Members() : candidates.SelectMany(static set => set.Members()).Distinct().Order();
        return slots.Select(slot => _state.Edges[slot]!).Where(filter.Matches);
    }

    /// <inheritdoc/>
    public IEnumerable<Edge> GetEdges(Node node, EdgeDirection direction)
    {
        int slot = SlotOf(node);
        if (slot < 0)
        {
            yield break;
        }

        object? adjacency = _state.Adjacencies[slot];
        if ((direction & EdgeDirection.Out) != 0)
        {
            foreach (int outgoing in Adjacency.Edges(adjacency, EdgeDirection.Out))
            {
                yield return _state.Edges[outgoing]!;
            }
        }

        if ((direction & EdgeDirection.In) != 0)
        {
            foreach (int incoming in Adjacency.Edges(adjacency, EdgeDirection.In))
            {
                var edge = _state.Edges[incoming]!;
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

    /// <summary>The nodes that meet a condition, in the order in which they were added. Starts from an index where the condition allows.</summary>
    /// <param name="filter">The condition; null for all nodes.</param>
    /// <param name="progress">
    /// Called now and then while the sequence is read, with about the number of nodes and edges looked at since; it may throw to end the reading.
    /// </param>
    public SnapshotNodes SelectNodes(Filter? filter, Action<int>? progress = null)
    {
        var condition = Prepare(filter);
        if (SlotsOf(filter, _state.NodeSlots, _state.Nodes) is { } named)
        {
            return new(this, () => new ListReader<Node>(named, condition, progress), progress);
        }

        return new(this, () => Open(condition, progress), progress, condition.IsEmpty ? NodeCount : condition.KnownCount);
    }

    /// <summary>Given nodes, as far as the snapshot has them, to go on from.</summary>
    /// <param name="nodes">The nodes, in any revision.</param>
    /// <param name="progress">As for <see cref="SelectNodes"/>.</param>
    public SnapshotNodes StartFrom(IEnumerable<Node> nodes, Action<int>? progress = null) => new(this, () => new NodeReader(this, nodes), progress);

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

    /// <summary>How many nodes an index leaves to look at for a condition; null when no index helps, so that all are looked at.</summary>
    /// <param name="filter">The condition; null for none.</param>
    public int? CountCandidates(Filter? filter) =>
        filter is null ? null : SlotsOf(filter, _state.NodeSlots, _state.Nodes)?.Count ?? _state.NodeIndex.FindCandidates(filter)?.Sum(static set => set.Count);

    /// <summary>How many edges an index leaves to look at for a condition; null when no index helps, so that all are looked at.</summary>
    /// <param name="filter">The condition; null for none.</param>
    public int? CountEdgeCandidates(Filter? filter) =>
        filter is null ? null : SlotsOf(filter, _state.EdgeSlots, _state.Edges)?.Count ?? _state.EdgeIndex.FindCandidates(filter)?.Sum(static set => set.Count);

    /// <summary>The same as <see cref="CountNodeValues"/> for edges; of their keys RelationType is indexed.</summary>
    /// <param name="key">The key.</param>
    public IEnumerable<KeyValuePair<MetadataValue, int>>? CountEdgeValues(string key) => _state.EdgeIndex.CountValues(key);

    /// <summary>All nodes and edges.</summary>
    public SubGraph ToSubGraph() => new() { Nodes = [.. GetNodes()], Edges = [.. GetEdges()] };

    /// <summary>Where a node is kept that is given in any revision; -1 when the snapshot has none with its identifier.</summary>
    internal int SlotOf(Node node) =>
        node.Slot >= 0 && _state.Nodes[node.Slot] is { } own && string.Equals(own.Id, node.Id, StringComparison.Ordinal) ? node.Slot
        : _state.NodeSlots.TryGetSlot(node.Id, _state.Nodes, out int slot) ? slot : -1;

    /// <summary>Divides a condition on nodes into what the index answers and the rest.</summary>
    internal SlotFilter<Node> Prepare(Filter? filter) => new(_state.Nodes, _state.NodeIndex, filter);

    /// <summary>Where the elements are kept that a condition names by their identifiers, in order; null when it does not.</summary>
    private static List<int>? SlotsOf<T>(Filter? filter, SlotTable<T> slots, IntMap<T> elements)
        where T : GraphElement
    {
        switch (filter)
        {
            case EqualFilter { Key: "@ID" } equal:
                return Find([equal.Value]);
            case WithinFilter { Key: "@ID" } within:
                return Find(within.Values);
            case AllFilter all:
                List<int>? best = null;
                foreach (var part in all.Filters)
                {
                    if (SlotsOf(part, slots, elements) is { } found && (best is null || found.Count < best.Count))
                    {
                        best = found;
                    }
                }

                return best;
            default:
                return null;
        }

        List<int> Find(IReadOnlyList<MetadataValue> identifiers)
        {
            var found = new List<int>(identifiers.Count);
            foreach (var identifier in identifiers)
            {
                if (identifier.AsString is { } id && slots.TryGetSlot(id, elements, out int slot))
                {
                    found.Add(slot);
                }
            }

            found.Sort();
            return [.. found.Distinct()];
        }
    }

    private SlotReader Open(SlotFilter<Node> filter, Action<int>? progress) => filter.Start switch
    {
        null => new ScanReader(_state.Nodes, filter, progress),
        { Sets: [var only] } => new SetReader<Node>(only, filter, progress),
        { Sets: var sets } => new ListReader<Node>(sets.SelectMany(static set => set.Members()).Distinct().Order(), filter, progress),
    };

    private Node? NodeAt(int slot, string id) =>
        slot >= 0 && _state.Nodes[slot] is { } own && string.Equals(own.Id, id, StringComparison.Ordinal) ? own : FindNode(id);
}
