using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;

namespace Skydive.Graph;

/// <summary>
/// Changes that are made together. Reads inside see what was changed so far. However often an element is changed, it gets one new revision
/// and one event. Belongs to the thread that writes; not to be kept after the write.
/// </summary>
public sealed class GraphTransaction
{
    private readonly object _owner = new();
    private readonly string _host;
    private readonly string _origin;
    private readonly List<PendingChange?> _changes = [];
    private readonly Dictionary<string, int> _nodeChanges = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _edgeChanges = new(StringComparer.Ordinal);
    private GraphState _state;

    internal GraphTransaction(in GraphState state, string host, string origin, long now)
    {
        _state = state;
        _host = host;
        _origin = origin;
        Now = now;
    }

    /// <summary>Time of the transaction in milliseconds since 1970-01-01 UTC.</summary>
    public long Now { get; }

    /// <summary>Whether anything was changed so far.</summary>
    public bool HasChanges => _nodeChanges.Count > 0 || _edgeChanges.Count > 0;

    /// <summary>The nodes that were added or changed so far and are alive, as they are now.</summary>
    public IEnumerable<Node> ChangedNodes => _changes.Select(static change => change?.Current as Node).OfType<Node>().ToArray();

    /// <summary>The edges that were added or changed so far and are alive, as they are now.</summary>
    public IEnumerable<Edge> ChangedEdges => _changes.Select(static change => change?.Current as Edge).OfType<Edge>().ToArray();

    /// <summary>The edges that were removed so far, as they were before the transaction.</summary>
    public IEnumerable<Edge> RemovedEdges => _changes.Where(static change => change is { Current: null }).Select(static change => change!.Before as Edge).OfType<Edge>().ToArray();

    internal GraphState State => _state;

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
        AddNode(new Node { Id = id, Metadata = metadata, Host = _host, Origin = _origin, CreatedAt = Now, UpdatedAt = Now });

    /// <summary>Adds a node as it is.</summary>
    /// <param name="node">The node.</param>
    /// <returns>The node as the graph keeps it.</returns>
    /// <exception cref="GraphException">The identifier is in use.</exception>
    public Node AddNode(Node node)
    {
        if (_state.NodeSlots.TryGetValue(node.Id, out _))
        {
            throw new GraphException(GraphErrorReason.IdConflict, $"node ID conflict: {node.Id} exists");
        }

        node = _state.AddNode(node, _owner);
        Record(_nodeChanges, null, node);
        return node;
    }

    /// <summary>Adds an edge made here.</summary>
    /// <param name="id">Its identifier.</param>
    /// <param name="parent">Identifier of the node where it starts.</param>
    /// <param name="child">Identifier of the node where it ends.</param>
    /// <param name="metadata">What is known of it.</param>
    /// <returns>The edge.</returns>
    /// <exception cref="GraphException">The identifier is in use, or an end does not exist.</exception>
    public Edge AddEdge(string id, string parent, string child, MetadataMap metadata) => AddEdge(new Edge
    {
        Id = id,
        Parent = parent,
        Child = child,
        Metadata = metadata,
        Host = _host,
        Origin = _origin,
        CreatedAt = Now,
        UpdatedAt = Now,
    });

    /// <summary>Adds an edge as it is.</summary>
    /// <param name="edge">The edge.</param>
    /// <returns>The edge as the graph keeps it.</returns>
    /// <exception cref="GraphException">The identifier is in use, or an end does not exist.</exception>
    public Edge AddEdge(Edge edge)
    {
        if (_state.EdgeSlots.TryGetValue(edge.Id, out _))
        {
            throw new GraphException(GraphErrorReason.IdConflict, $"edge ID conflict: {edge.Id} exists");
        }

        var parent = _state.FindNode(edge.Parent)
            ?? throw new GraphException(GraphErrorReason.ParentNotFound, $"parent node {edge.Parent} of edge {edge.Id} not found");
        var child = _state.FindNode(edge.Child)
            ?? throw new GraphException(GraphErrorReason.ChildNotFound, $"child node {edge.Child} of edge {edge.Id} not found");
        edge = _state.AddEdge(edge, parent, child, _owner);
        Record(_edgeChanges, null, edge);
        return edge;
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
        var metadata = (details ?? MetadataMap.Empty).With("RelationType", relationType);
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
        if (_state.FindNode(child) is { } node)
        {
            foreach (var edge in Peek().GetEdges(node, EdgeDirection.In).ToArray())
            {
                if (edge.RelationType == RelationTypes.Ownership && edge.Parent != owner)
                {
                    DeleteEdge(edge.Id);
                }
            }
        }

        Link(owner, child, RelationTypes.Ownership);
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
        Replace(before, after);
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

        var after = before.With(metadata, Math.Max(Now, before.UpdatedAt), NextRevision(_edgeChanges, before));
        Replace(before, after);
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

        _state.RemoveNode(node, _owner);
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

        _state.RemoveEdge(edge, _owner);
        RecordDeletion(_edgeChanges, edge, deletedAt);
    }

    /// <summary>Takes over a node from elsewhere: adds it, or replaces it when the incoming revision is newer.</summary>
    /// <param name="node">The node.</param>
    /// <returns>Whether anything changed.</returns>
    public bool Put(Node node)
    {
        if (_state.FindNode(node.Id) is not { } before)
        {
            AddNode(node);
            return true;
        }

        if (node.Revision <= before.Revision)
        {
            return false;
        }

        Replace(before, node.WithSlot(before.Slot));
        return true;
    }

    /// <summary>Takes over an edge from elsewhere: adds it, or replaces it when the incoming revision is newer.</summary>
    /// <param name="edge">The edge.</param>
    /// <returns>Whether anything changed.</returns>
    /// <exception cref="GraphException">It is new and one of its ends does not exist.</exception>
    public bool Put(Edge edge)
    {
        if (_state.FindEdge(edge.Id) is not { } before)
        {
            AddEdge(edge);
            return true;
        }

        if (edge.Revision <= before.Revision)
        {
            return false;
        }

        Replace(before, edge.WithSlots(before.Slot, before.ParentSlot, before.ChildSlot));
        return true;
    }

    /// <summary>
    /// Makes the elements of one origin those that are given: others of that origin are removed, new ones are added, those whose revision
    /// or creation time differs are replaced. Edges whose ends are missing are left out.
    /// </summary>
    /// <param name="origin">The origin; null replaces the whole graph.</param>
    /// <param name="graph">The elements as they are now.</param>
    /// <returns>How many edges were left out.</returns>
    public int Synchronize(string? origin, SubGraph graph)
    {
        var view = Peek();
        var nodeIds = graph.Nodes.Select(static node => node.Id).ToHashSet(StringComparer.Ordinal);
        var edgeIds = graph.Edges.Select(static edge => edge.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var edge in view.GetEdges().Where(edge => (origin is null || edge.Origin == origin) && !edgeIds.Contains(edge.Id)).ToArray())
        {
            DeleteEdge(edge.Id);
        }

        foreach (var node in view.GetNodes().Where(node => (origin is null || node.Origin == origin) && !nodeIds.Contains(node.Id)).ToArray())
        {
            DeleteNode(node.Id);
        }

        foreach (var node in graph.Nodes)
        {
            if (_state.FindNode(node.Id) is not { } before)
            {
                AddNode(node);
            }
            else if (before.Revision != node.Revision || before.CreatedAt != node.CreatedAt || !before.Metadata.Equals(node.Metadata))
            {
                Replace(before, node.WithSlot(before.Slot));
            }
        }

        int leftOut = 0;
        foreach (var edge in graph.Edges)
        {
            if (_state.FindEdge(edge.Id) is { } before)
            {
                if (before.Revision != edge.Revision || before.CreatedAt != edge.CreatedAt || !before.Metadata.Equals(edge.Metadata))
                {
                    Replace(before, edge.WithSlots(before.Slot, before.ParentSlot, before.ChildSlot));
                }
            }
            else if (_state.FindNode(edge.Parent) is null || _state.FindNode(edge.Child) is null)
            {
                leftOut++;
            }
            else
            {
                AddEdge(edge);
            }
        }

        return leftOut;
    }

    /// <summary>The events of everything that was changed.</summary>
    internal IReadOnlyList<GraphEvent> Complete()
    {
        var events = new List<GraphEvent>(_changes.Count);
        foreach (var change in _changes)
        {
            if (change is not null)
            {
                events.Add(change.ToEvent());
            }
        }

        return events;
    }

    private static long NextRevision(Dictionary<string, int> changes, GraphElement before) =>
        changes.ContainsKey(before.Id) ? before.Revision : before.Revision + 1;

    private void Replace(Node before, Node after)
    {
        _state.ReplaceNode(before, after, _owner);
        Record(_nodeChanges, before, after);
    }

    private void Replace(Edge before, Edge after)
    {
        _state.ReplaceEdge(before, after, _owner);
        Record(_edgeChanges, before, after);
    }

    private void Record(Dictionary<string, int> changes, GraphElement? before, GraphElement after)
    {
        if (before is not null && changes.TryGetValue(after.Id, out int index))
        {
            _changes[index]!.Current = after;
            return;
        }

        changes[after.Id] = _changes.Count;
        _changes.Add(new PendingChange(before) { Current = after });
    }

    private void RecordDeletion(Dictionary<string, int> changes, GraphElement element, long deletedAt)
    {
        GraphElement? before = element;
        if (changes.Remove(element.Id, out int index))
        {
            // Deletions stand at the end, after those of the edges; what was added in this transaction leaves no trace.
            before = _changes[index]!.Before;
            _changes[index] = null;
        }

        if (before is null)
        {
            return;
        }

        changes[element.Id] = _changes.Count;
        long time = Math.Max(deletedAt, before.UpdatedAt);
        _changes.Add(new PendingChange(before)
        {
            Deleted = before is Node node ? node.With(deletedAt: time) : ((Edge)before).With(deletedAt: time),
        });
    }

    /// <summary>What happens to one element in the transaction.</summary>
    private sealed class PendingChange(GraphElement? before)
    {
        public GraphElement? Before { get; } = before;

        public GraphElement? Current { get; set; }

        public GraphElement? Deleted { get; init; }

        public GraphEvent ToEvent()
        {
            bool isNode = (Current ?? Deleted) is Node;
            if (Current is null)
            {
                return new(isNode ? GraphEventKind.NodeDeleted : GraphEventKind.EdgeDeleted, Deleted!, Before);
            }

            return Before is null
                ? new(isNode ? GraphEventKind.NodeAdded : GraphEventKind.EdgeAdded, Current, null)
                : new(isNode ? GraphEventKind.NodeUpdated : GraphEventKind.EdgeUpdated, Current, Before);
        }
    }
}
