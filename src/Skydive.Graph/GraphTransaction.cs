using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;

namespace Skydive.Graph;

/// <summary>
/// Changes that are made together. Reads inside see what was changed so far. However often an element is changed, it gets one new revision
/// and one event; one whose metadata is in the end what it was gets none. An element that is removed and added again is a new one, with an
/// event for each. Belongs to the thread that writes; changing something after the write throws <see cref="InvalidOperationException"/>.
/// </summary>
public sealed class GraphTransaction
{
    // Types come from outside too: those beyond this number are made each time.
    private const int MaximumRelations = 256;

    private static readonly ConcurrentDictionary<string, MetadataMap> s_relations = new(StringComparer.Ordinal);

    private readonly string _host;
    private readonly string _origin;
    private readonly List<PendingChange> _changes = [];
    private readonly Dictionary<string, int> _nodeChanges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _edgeChanges = new(StringComparer.Ordinal);

    // How many of the changes are in these two. When many elements are added at once, it is seldom asked whether one of them changes again.
    private int _findableChanges;
    private GraphState _state;

    // The right to write to what this transaction made; null when it has ended.
    private object? _owner = new();
    private int _changeCount;

    internal GraphTransaction(in GraphState state, string host, string origin, long now)
    {
        _state = state;
        _host = host;
        _origin = origin;
        Now = now;
    }

    /// <summary>Time of the transaction in milliseconds since 1970-01-01 UTC.</summary>
    public long Now { get; }

    /// <summary>The origin that is given to what is made here.</summary>
    public string Origin => _origin;

    /// <summary>Whether anything was changed so far.</summary>
    public bool HasChanges => _changeCount > 0;

    /// <summary>The nodes that were added or changed so far and are alive, as they were before the transaction (null when added) and as they are now.</summary>
    public IReadOnlyList<(Node? Before, Node Now)> NodeChanges
    {
        get
        {
            var changes = new List<(Node? Before, Node Now)>(_nodeChanges.Count);
            foreach (ref var change in CollectionsMarshal.AsSpan(_changes))
            {
                if (change.Current is Node node)
                {
                    changes.Add((change.Before as Node, node));
                }
            }

            return changes;
        }
    }

    /// <summary>The nodes that were added or changed so far and are alive, as they are now.</summary>
    public IEnumerable<Node> ChangedNodes => _changes.Select(static change => change.Current as Node).OfType<Node>().ToArray();

    /// <summary>The edges that were added or changed so far and are alive, as they are now.</summary>
    public IEnumerable<Edge> ChangedEdges => _changes.Select(static change => change.Current as Edge).OfType<Edge>().ToArray();

    /// <summary>The edges that were removed so far, as they were before the transaction.</summary>
    public IEnumerable<Edge> RemovedEdges =>
        _changes.Where(static change => change.Deleted is Edge).Select(static change => (Edge)change.Before!).ToArray();

    internal GraphState State => _state;

    private object Owner => _owner ?? throw new InvalidOperationException("the transaction has ended");

    /// <summary>Whether a node was added in this transaction.</summary>
    /// <param name="id">Its identifier.</param>
    public bool IsNewNode(string id) => _nodeChanges.TryGetValue(id, out int index) && _changes[index].Before is null;

    /// <summary>Finds a node.</summary>
    /// <param name="id">Its identifier.</param>
    public Node? FindNode(string id) => _state.FindNode(id);

    /// <summary>Finds an edge.</summary>
    /// <param name="id">Its identifier.</param>
    public Edge? FindEdge(string id) => _state.FindEdge(id);

    /// <summary>The state so far, for reading. Valid until the next change.</summary>
    public GraphSnapshot Peek() => new(_state, 0);

    /// <summary>Adds a node made here.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="metadata">What is known of it.</param>
    /// <returns>The node.</returns>
    /// <exception cref="GraphException">The identifier is in use.</exception>
    public Node AddNode(string id, MetadataMap metadata) =>
        Add(new Node { Id = id, Metadata = metadata, Host = _host, Origin = _origin, CreatedAt = Now, UpdatedAt = Now, Slot = _state.NextNodeSlot });

    /// <summary>Adds a node as it is.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The node as the graph keeps it.</returns>
    /// <exception cref="GraphException">The identifier is in use.</exception>
    public Node AddNode(Node node) => Add(Alive(node).WithSlot(_state.NextNodeSlot));

    /// <summary>Adds an edge made here.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="parent">Identifier of the node where it starts.</param>
    /// <param name="child">Identifier of the node where it ends.</param>
    /// <param name="metadata">What is known of it.</param>
    /// <returns>The edge.</returns>
    /// <exception cref="GraphException">The identifier is in use, or an end does not exist.</exception>
    public Edge AddEdge(string id, string parent, string child, MetadataMap metadata)
    {
        var (parentNode, childNode) = EndsOf(id, parent, child);
        return Add(new Edge
        {
            Id = id,
            Parent = parentNode.Id,
            Child = childNode.Id,
            Metadata = MapCache.Share(metadata),
            Host = _host,
            Origin = _origin,
            CreatedAt = Now,
            UpdatedAt = Now,
            Slot = _state.NextEdgeSlot,
            ParentSlot = parentNode.Slot,
            ChildSlot = childNode.Slot,
        });
    }

    /// <summary>Adds an edge as it is.</summary>
    /// <param name="edge">The edge.</param>
    /// <returns>The edge as the graph keeps it.</returns>
    /// <exception cref="GraphException">The identifier is in use, or an end does not exist.</exception>
    public Edge AddEdge(Edge edge)
    {
        var (parent, child) = EndsOf(edge.Id, edge.Parent, edge.Child);
        return Add(Alive(edge).Placed(_state.NextEdgeSlot, parent.Slot, child.Slot, parent.Id, child.Id, MapCache.Share(edge.Metadata)));
    }

    /// <summary>
    /// Links two nodes. The edge's identifier follows from its ends and its type, so that there is one such edge at most; when it exists, its
    /// metadata is replaced.
    /// </summary>
    /// <param name="parent">Identifier of the node where it starts.</param>
    /// <param name="child">Identifier of the node where it ends.</param>
    /// <param name="relationType">The type of relation.</param>
    /// <param name="details">Further metadata.</param>
    /// <returns>The edge.</returns>
    /// <exception cref="GraphException">An end does not exist.</exception>
    public Edge Link(string parent, string child, string relationType, MetadataMap? details = null)
    {
        var metadata = details is null ? RelationOf(relationType) : details.With("RelationType", relationType);
        string id = Identifiers.Derive(parent, child, relationType);
        if (_state.FindEdge(id) is { } edge)
        {
            return SetMetadata(edge, metadata);
        }

        return AddEdge(id, parent, child, metadata);
    }

    /// <summary>Removes the link that <see cref="Link"/> made, if it exists.</summary>
    /// <param name="parent">Identifier of the node where it starts.</param>
    /// <param name="child">Identifier of the node where it ends.</param>
    /// <param name="relationType">The type of relation.</param>
    public void Unlink(string parent, string child, string relationType) => DeleteEdge(Identifiers.Derive(parent, child, relationType));

    /// <summary>Makes a node the owner of another, instead of its owner until now.</summary>
    /// <param name="owner">Identifier of the owner.</param>
    /// <param name="child">Identifier of the node that is owned.</param>
    /// <exception cref="GraphException">One of them does not exist.</exception>
    public void SetOwner(string owner, string child)
    {
        var (_, node) = EndsOf(RelationTypes.Ownership, owner, child);
        bool isOwned = false;
        foreach (var edge in Peek().GetEdges(node, EdgeDirection.In).ToArray())
        {
            if (edge.RelationType != RelationTypes.Ownership)
            {
                continue;
            }

            if (edge.Parent == owner && !isOwned)
            {
                isOwned = true;
            }
            else
            {
                DeleteEdge(edge.Id);
            }
        }

        if (!isOwned)
        {
            Link(owner, child, RelationTypes.Ownership);
        }
    }

    /// <summary>Replaces the metadata of a node. Nothing happens when it is equal.</summary>
    /// <param name="node">A node of this graph, in any revision.</param>
    /// <param name="metadata">The new metadata.</param>
    /// <returns>The node as it is now.</returns>
    /// <exception cref="GraphException">The node does not exist.</exception>
    public Node SetMetadata(Node node, MetadataMap metadata)
    {
        var before = _state.FindNode(node.Id) ?? throw new GraphException(GraphErrorReason.NodeNotFound, $"node {node.Id} not found");
        if (before.Metadata.Equals(metadata))
        {
            return before;
        }

        var after = before.With(metadata, Math.Max(Now, before.UpdatedAt), NextRevision(_nodeChanges, before));
        Replace(before, after, false);
        return after;
    }

    /// <summary>Replaces the metadata of an edge. Nothing happens when it is equal.</summary>
    /// <param name="edge">An edge of this graph, in any revision.</param>
    /// <param name="metadata">The new metadata.</param>
    /// <returns>The edge as it is now.</returns>
    /// <exception cref="GraphException">The edge does not exist.</exception>
    public Edge SetMetadata(Edge edge, MetadataMap metadata)
    {
        var before = _state.FindEdge(edge.Id) ?? throw new GraphException(GraphErrorReason.EdgeNotFound, $"edge {edge.Id} not found");
        if (before.Metadata.Equals(metadata))
        {
            return before;
        }

        var after = before.With(MapCache.Share(metadata), Math.Max(Now, before.UpdatedAt), NextRevision(_edgeChanges, before));
        Replace(before, after, false);
        return after;
    }

    /// <summary>Sets one key of a node's metadata. Nothing happens when it has that value.</summary>
    /// <param name="node">A node of this graph, in any revision.</param>
    /// <param name="key">The key, with dots for nested maps.</param>
    /// <param name="value">The value.</param>
    /// <returns>The node as it is now.</returns>
    /// <exception cref="GraphException">The node does not exist.</exception>
    public Node Set(Node node, string key, MetadataValue value)
    {
        var current = _state.FindNode(node.Id) ?? throw new GraphException(GraphErrorReason.NodeNotFound, $"node {node.Id} not found");
        return SetMetadata(current, current.Metadata.With(key, value));
    }

    /// <summary>Removes one key of a node's metadata. Nothing happens when it is not there.</summary>
    /// <param name="node">A node of this graph, in any revision.</param>
    /// <param name="key">The key, with dots for nested maps.</param>
    /// <returns>The node as it is now.</returns>
    /// <exception cref="GraphException">The node does not exist.</exception>
    public Node Remove(Node node, string key)
    {
        var current = _state.FindNode(node.Id) ?? throw new GraphException(GraphErrorReason.NodeNotFound, $"node {node.Id} not found");
        return SetMetadata(current, current.Metadata.Without(key));
    }

    /// <summary>Removes a node, and its edges before it. Nothing happens when it does not exist.</summary>
    /// <param name="id">Its identifier.</param>
    public void DeleteNode(string id) => DeleteNode(id, Now);

    /// <summary>Removes an edge. Nothing happens when it does not exist.</summary>
    /// <param name="id">Its identifier.</param>
    public void DeleteEdge(string id) => DeleteEdge(id, Now);

    /// <summary>Removes a node at a given time, and its edges before it. Nothing happens when it does not exist.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="deletedAt">When it went away, in milliseconds since 1970-01-01 UTC.</param>
    public void DeleteNode(string id, long deletedAt)
    {
        if (_state.FindNode(id) is not { } node)
        {
            return;
        }

        foreach (var edge in Peek().GetEdges(node, EdgeDirection.Both).ToArray())
        {
            DeleteEdge(edge.Id, deletedAt);
        }

        _state.RemoveNode(node, Owner);
        RecordDeletion(_nodeChanges, node, deletedAt);
    }

    /// <summary>Removes an edge at a given time. Nothing happens when it does not exist.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="deletedAt">When it went away, in milliseconds since 1970-01-01 UTC.</param>
    public void DeleteEdge(string id, long deletedAt)
    {
        if (_state.FindEdge(id) is not { } edge)
        {
            return;
        }

        _state.RemoveEdge(edge, Owner);
        RecordDeletion(_edgeChanges, edge, deletedAt);
    }

    /// <summary>
    /// Takes over a node from elsewhere: adds it, or replaces it when the incoming revision is newer, be it of a node that was removed there
    /// and added again since.
    /// </summary>
    /// <param name="node">The node.</param>
    /// <returns>Whether anything changed.</returns>
    public bool Put(Node node)
    {
        if (_state.FindNode(node.Id) is not { } before)
        {
            AddNode(node);
            return true;
        }

        if (!IsNewer(node, before))
        {
            return false;
        }

        Replace(before, Alive(node).WithSlot(before.Slot), true);
        return true;
    }

    /// <summary>
    /// Takes over an edge from elsewhere: adds it, or replaces it when the incoming revision is newer, be it of an edge that was removed
    /// there and added again since. One that has other ends now is removed and added.
    /// </summary>
    /// <param name="edge">The edge.</param>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="GraphException">It is new, or has other ends, and one of its ends does not exist.</exception>
    public bool Put(Edge edge)
    {
        if (_state.FindEdge(edge.Id) is not { } before)
        {
            AddEdge(edge);
            return true;
        }

        if (!IsNewer(edge, before))
        {
            return false;
        }

        TakeOver(before, edge);
        return true;
    }

    /// <summary>Puts a node in the place of the one with its identifier, whichever of them is newer; adds it when there is none.</summary>
    /// <param name="node">The node.</param>
    public void Exchange(Node node)
    {
        if (_state.FindNode(node.Id) is { } before)
        {
            Replace(before, Alive(node).WithSlot(before.Slot), true);
        }
        else
        {
            AddNode(node);
        }
    }

    /// <summary>Puts an edge in the place of the one with its identifier, whichever of them is newer; adds it when there is none.</summary>
    /// <param name="edge">The edge.</param>
    /// <exception cref="GraphException">One of its ends does not exist.</exception>
    public void Exchange(Edge edge)
    {
        if (_state.FindEdge(edge.Id) is { } before)
        {
            TakeOver(before, edge);
        }
        else
        {
            AddEdge(edge);
        }
    }

    /// <summary>
    /// Makes the elements of one origin those that are given: others of that origin are removed, new ones are added, those whose revision
    /// creation time, origin or metadata differs are replaced. Edges whose ends are missing are left out.
    /// </summary>
    /// <param name="origin">The origin; null replaces the whole graph.</param>
    /// <param name="graph">The elements as they are now.</param>
    /// <param name="keepOthers">
    /// Whether given elements that another origin has already stay with it as they are; otherwise they are taken over.
    /// </param>
    /// <returns>How many edges were left out.</returns>
    public int Synchronize(string? origin, SubGraph graph, bool keepOthers = false)
    {
        if (keepOthers)
        {
            graph = graph with
            {
                Nodes = [.. graph.Nodes.Where(node => _state.FindNode(node.Id) is not { } before || before.Origin == origin)],
                Edges = [.. graph.Edges.Where(edge => _state.FindEdge(edge.Id) is not { } before || before.Origin == origin)],
            };
        }

        RemoveOthers(origin, graph);
        AddOrReplace(graph.Nodes, Differs, graph.IsUnshared);
        return AddOrReplace(graph.Edges, Differs, graph.IsUnshared);
    }

    /// <summary>
    /// Takes over many elements from elsewhere, as <see cref="Put(Node)"/> and <see cref="Put(Edge)"/> do, at less cost. Edges whose ends are
    /// missing are left out.
    /// </summary>
    /// <param name="graph">The elements.</param>
    /// <returns>How many edges were left out.</returns>
    public int PutMany(SubGraph graph)
    {
        AddOrReplace(graph.Nodes, IsNewer, graph.IsUnshared);
        return AddOrReplace(graph.Edges, IsNewer, graph.IsUnshared);
    }

    /// <summary>The events of everything that was changed.</summary>
    internal IReadOnlyList<GraphEvent> Complete()
    {
        var events = new List<GraphEvent>(_changeCount);
        foreach (ref var change in CollectionsMarshal.AsSpan(_changes))
        {
            if (change.IsRevert)
            {
                // Back to what it was: neither a revision nor an event.
                if (change.Current is Node node)
                {
                    _state.ReplaceNode(node, (Node)change.Before!, Owner);
                }
                else
                {
                    _state.ReplaceEdge((Edge)change.Current!, (Edge)change.Before!, Owner);
                }
            }
            else if (change.ToEvent() is { } graphEvent)
            {
                events.Add(graphEvent);
            }
        }

        return events;
    }

    /// <summary>Takes away the right to write.</summary>
    internal void Close() => _owner = null;

    private static MetadataMap RelationOf(string relationType)
    {
        // Most edges have nothing but one of a few types.
        if (s_relations.TryGetValue(relationType, out var map))
        {
            return map;
        }

        map = MetadataMap.Create(("RelationType", relationType));
        return s_relations.Count < MaximumRelations ? s_relations.GetOrAdd(relationType, map) : map;
    }

    private long NextRevision(Dictionary<string, int> changes, GraphElement before) =>
        TryFindChange(changes, before.Id, out _) ? before.Revision : before.Revision + 1;

    private static bool IsNewer(GraphElement incoming, GraphElement before) =>
        incoming.Revision > before.Revision || incoming.CreatedAt > before.CreatedAt;

    private static bool Differs(GraphElement incoming, GraphElement before) =>
        before.Revision != incoming.Revision || before.CreatedAt != incoming.CreatedAt || before.Origin != incoming.Origin
        || before.Host != incoming.Host || !before.Metadata.Equals(incoming.Metadata)
        || (before is Edge old && incoming is Edge edge && (old.Parent != edge.Parent || old.Child != edge.Child));

    // What is in the live graph has not ended, whatever was said where it comes from.
    private static Node Alive(Node node) => node.DeletedAt is null && node.ArchivedAt is null ? node : node.With();

    private static Edge Alive(Edge edge) => edge.DeletedAt is null && edge.ArchivedAt is null ? edge : edge.With();

    private (Node Parent, Node Child) EndsOf(string id, string parent, string child) => (
        _state.FindNode(parent) ?? throw new GraphException(GraphErrorReason.ParentNotFound, $"parent node {parent} of edge {id} not found"),
        _state.FindNode(child) ?? throw new GraphException(GraphErrorReason.ChildNotFound, $"child node {child} of edge {id} not found"));

    private void RemoveOthers(string? origin, SubGraph graph)
    {
        var view = Peek();
        var edges = view.GetEdges().Where(edge => origin is null || edge.Origin == origin).ToList();
        var nodes = view.GetNodes().Where(node => origin is null || node.Origin == origin).ToList();
        if (edges.Count > 0)
        {
            var ids = graph.Edges.Select(static edge => edge.Id).ToHashSet(StringComparer.Ordinal);
            foreach (var edge in edges.Where(edge => !ids.Contains(edge.Id)))
            {
                DeleteEdge(edge.Id);
            }
        }

        if (nodes.Count > 0)
        {
            var ids = graph.Nodes.Select(static node => node.Id).ToHashSet(StringComparer.Ordinal);
            foreach (var node in nodes.Where(node => !ids.Contains(node.Id)))
            {
                DeleteNode(node.Id);
            }
        }
    }

    private void AddOrReplace(IReadOnlyList<Node> nodes, Func<GraphElement, GraphElement, bool> replaces, bool mayKeep)
    {
        var added = new List<Node>();
        foreach (var node in nodes)
        {
            if (_state.FindNode(node.Id) is not { } before)
            {
                added.Add(node);
            }
            else if (replaces(node, before))
            {
                Replace(before, Alive(node).WithSlot(before.Slot), true);
            }
        }

        AddMany(added, mayKeep);
    }

    private int AddOrReplace(IReadOnlyList<Edge> edges, Func<GraphElement, GraphElement, bool> replaces, bool mayKeep)
    {
        var added = new List<Edge>();
        int leftOut = 0;
        foreach (var edge in edges)
        {
            var before = _state.FindEdge(edge.Id);
            if (before is null)
            {
                added.Add(edge);
            }
            else if (_state.FindNode(edge.Parent) is null || _state.FindNode(edge.Child) is null)
            {
                // One that has other ends now is not what it was before either.
                leftOut++;
                DeleteEdge(edge.Id);
            }
            else if (replaces(edge, before))
            {
                TakeOver(before, edge);
            }
        }

        return leftOut + AddMany(added, mayKeep);
    }

    // The nodes are not in the graph.
    private void AddMany(List<Node> nodes, bool mayKeep)
    {
        var placed = new Node[nodes.Count];
        for (int i = 0; i < placed.Length; i++)
        {
            int slot = _state.NextNodeSlot + i;
            placed[i] = mayKeep ? Alive(nodes[i]).Adopt(slot) : Alive(nodes[i]).WithSlot(slot);
        }

        if (_state.TryAddNodes(placed, NewOwner()))
        {
            RecordAdded(placed);
        }
        else
        {
            AddMany(LastOfEach(nodes), mayKeep);
        }
    }

    // The edges are not in the graph.
    private int AddMany(List<Edge> edges, bool mayKeep)
    {
        var parents = new Node?[edges.Count];
        var children = new Node?[edges.Count];
        var nodes = new NodeFinder(_state, edges.Count);
        Together.ForEach(edges.Count, (begin, end) =>
        {
            for (int i = begin; i < end; i++)
            {
                parents[i] = nodes.Find(edges[i].Parent);
                children[i] = nodes.Find(edges[i].Child);
            }
        });
        var placed = new List<Edge>(edges.Count);
        for (int i = 0; i < edges.Count; i++)
        {
            if (parents[i] is { } parent && children[i] is { } child)
            {
                var (edge, slot) = (Alive(edges[i]), _state.NextEdgeSlot + placed.Count);
                var metadata = MapCache.Share(edge.Metadata);
                placed.Add(mayKeep
                    ? edge.Adopt(slot, parent.Slot, child.Slot, parent.Id, child.Id, metadata)
                    : edge.Placed(slot, parent.Slot, child.Slot, parent.Id, child.Id, metadata));
            }
        }

        Edge[] added = [.. placed];
        if (_state.TryAddEdges(added, NewOwner()))
        {
            RecordAdded(added);
            return edges.Count - added.Length;
        }

        return edges.Count - added.Length + AddMany(LastOfEach(placed), mayKeep);
    }

    // Of what is told twice, what is told last.
    private static List<T> LastOfEach<T>(List<T> elements)
        where T : GraphElement
    {
        var last = new Dictionary<string, T>(StringComparer.Ordinal);
        foreach (var element in elements)
        {
            last[element.Id] = element;
        }

        return [.. last.Values];
    }

    // The right to write to what is made from here on, and to nothing that was made before.
    private object NewOwner() => _owner = _owner is null ? throw new InvalidOperationException("the transaction has ended") : new();

    // The node has the next slot.
    private Node Add(Node node)
    {
        if (_state.FindNode(node.Id) is not null)
        {
            throw new GraphException(GraphErrorReason.IdConflict, $"node ID conflict: {node.Id} exists");
        }

        _state.AddNode(node, Owner);
        Record(_nodeChanges, null, node, true);
        return node;
    }

    // The edge has the next slot, and those of its ends.
    private Edge Add(Edge edge)
    {
        if (_state.FindEdge(edge.Id) is not null)
        {
            throw new GraphException(GraphErrorReason.IdConflict, $"edge ID conflict: {edge.Id} exists");
        }

        _state.AddEdge(edge, Owner);
        Record(_edgeChanges, null, edge, true);
        return edge;
    }

    private void Replace(Node before, Node after, bool isTakenOver)
    {
        _state.ReplaceNode(before, after, Owner);
        Record(_nodeChanges, before, after, isTakenOver);
    }

    private void Replace(Edge before, Edge after, bool isTakenOver)
    {
        _state.ReplaceEdge(before, after, Owner);
        Record(_edgeChanges, before, after, isTakenOver);
    }

    private void TakeOver(Edge before, Edge edge)
    {
        if (before.Parent == edge.Parent && before.Child == edge.Child)
        {
            var metadata = MapCache.Share(edge.Metadata);
            Replace(before, Alive(edge).Placed(before.Slot, before.ParentSlot, before.ChildSlot, before.Parent, before.Child, metadata), true);
            return;
        }

        EndsOf(edge.Id, edge.Parent, edge.Child);
        DeleteEdge(before.Id);
        AddEdge(edge);
    }

    private void Record(Dictionary<string, int> changes, GraphElement? before, GraphElement after, bool isTakenOver)
    {
        if (before is not null && TryFindChange(changes, after.Id, out int index))
        {
            ref var change = ref CollectionsMarshal.AsSpan(_changes)[index];
            change.Current = after;
            change.IsTakenOver |= isTakenOver;
            return;
        }

        _changes.Add(new() { Before = before, Current = after, IsTakenOver = isTakenOver });
        _changeCount++;
    }

    private void RecordAdded(ReadOnlySpan<GraphElement> added)
    {
        _changes.EnsureCapacity(_changes.Count + added.Length);
        foreach (var element in added)
        {
            _changes.Add(new() { Current = element, IsTakenOver = true });
        }

        _changeCount += added.Length;
    }

    private bool TryFindChange(Dictionary<string, int> changes, string id, out int index)
    {
        for (; _findableChanges < _changes.Count; _findableChanges++)
        {
            if (_changes[_findableChanges].Current is { } element)
            {
                (element is Node ? _nodeChanges : _edgeChanges)[element.Id] = _findableChanges;
            }
        }

        return changes.TryGetValue(id, out index);
    }

    private void RecordDeletion(Dictionary<string, int> changes, GraphElement element, long deletedAt)
    {
        GraphElement? before = element;
        if (TryFindChange(changes, element.Id, out int index))
        {
            changes.Remove(element.Id);

            // Deletions stand at the end, after those of the edges; what was added in this transaction leaves no trace.
            ref var change = ref CollectionsMarshal.AsSpan(_changes)[index];
            before = change.Before;
            change = default;
            _changeCount--;
        }

        if (before is null)
        {
            return;
        }

        long time = Math.Max(deletedAt, before.UpdatedAt);
        _changes.Add(new()
        {
            Before = before,
            Deleted = before is Node node ? node.With(deletedAt: time) : ((Edge)before).With(deletedAt: time),
        });
        _changeCount++;
    }

    /// <summary>What happens to one element in the transaction; <c>default</c> when that came to nothing.</summary>
    private struct PendingChange
    {
        public GraphElement? Before;
        public GraphElement? Current;
        public GraphElement? Deleted;

        /// <summary>Whether the revision was made elsewhere and stands as it is.</summary>
        public bool IsTakenOver;

        public readonly bool IsRevert => Before is not null && Current is not null && !IsTakenOver && Before.Metadata.Equals(Current.Metadata);

        public readonly GraphEvent? ToEvent()
        {
            if (Deleted is not null)
            {
                return new(Deleted is Node ? GraphEventKind.NodeDeleted : GraphEventKind.EdgeDeleted, Deleted, Before);
            }

            if (Current is null)
            {
                return null;
            }

            return Before is null
                ? new(Current is Node ? GraphEventKind.NodeAdded : GraphEventKind.EdgeAdded, Current, null)
                : new(Current is Node ? GraphEventKind.NodeUpdated : GraphEventKind.EdgeUpdated, Current, Before);
        }
    }
}
