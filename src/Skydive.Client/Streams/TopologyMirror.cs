using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Streams;

/// <summary>
/// The client's copy of a followed graph: turns messages into events that tell the element before and after, and finds what an interruption
/// hid. Does no I/O. For one thread at a time.
/// </summary>
internal sealed class TopologyMirror
{
    private readonly Dictionary<string, Node> _nodes = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Edge> _edges = new(StringComparer.Ordinal);
    private readonly TimeProvider _clock;

    public TopologyMirror(TimeProvider? clock = null) => _clock = clock ?? TimeProvider.System;

    /// <summary>Whether the graph was received once; changes before that are part of it.</summary>
    public bool IsSynchronized { get; private set; }

    /// <summary>Whether a change came for an element that is not known, so that the whole graph must be asked for.</summary>
    public bool NeedsSynchronization { get; private set; }

    /// <summary>Says that changes are missing until the whole graph comes.</summary>
    public void Interrupt() => NeedsSynchronization = true;

    /// <summary>Takes a message.</summary>
    /// <param name="message">The message.</param>
    /// <returns>What it tells; nothing for messages that tell nothing new.</returns>
    /// <exception cref="JsonException">The payload is not what the type says.</exception>
    public IReadOnlyList<TopologyEvent> Apply(WebSocketMessage message)
    {
        if (message.Type is MessageTypes.SyncReply or MessageTypes.Sync)
        {
            return Synchronize(message.Obj.Deserialize(ContractsJsonContext.Default.SubGraph) ?? new());
        }

        if (!IsSynchronized || NeedsSynchronization)
        {
            return [];
        }

        return message.Type switch
        {
            MessageTypes.NodeAdded or MessageTypes.NodeUpdated => Put(message.Obj.Deserialize(ContractsJsonContext.Default.Node)!),
            MessageTypes.EdgeAdded or MessageTypes.EdgeUpdated => Put(message.Obj.Deserialize(ContractsJsonContext.Default.Edge)!),
            MessageTypes.NodeDeleted => Remove(message.Obj.Deserialize(ContractsJsonContext.Default.Node)!),
            MessageTypes.EdgeDeleted => Remove(message.Obj.Deserialize(ContractsJsonContext.Default.Edge)!),
            MessageTypes.NodePartiallyUpdated => PutNode(message.Obj.Deserialize(ContractsJsonContext.Default.PartialUpdate)!),
            MessageTypes.EdgePartiallyUpdated => PutEdge(message.Obj.Deserialize(ContractsJsonContext.Default.PartialUpdate)!),
            _ => [],
        };
    }

    private static DateTimeOffset TimeOf(long milliseconds) => DateTimeOffset.FromUnixTimeMilliseconds(Math.Clamp(milliseconds, 0, 253402300799999));

    private static TopologyEvent Added(Node node) => new() { Kind = TopologyEventKind.NodeAdded, Time = TimeOf(node.CreatedAt), Node = node };

    private static TopologyEvent Added(Edge edge) => new() { Kind = TopologyEventKind.EdgeAdded, Time = TimeOf(edge.CreatedAt), Edge = edge };

    private static TopologyEvent Updated(Node before, Node after) =>
        new() { Kind = TopologyEventKind.NodeUpdated, Time = TimeOf(after.UpdatedAt), Node = after, PreviousNode = before };

    private static TopologyEvent Updated(Edge before, Edge after) =>
        new() { Kind = TopologyEventKind.EdgeUpdated, Time = TimeOf(after.UpdatedAt), Edge = after, PreviousEdge = before };

    private static MetadataOperation[] Operations(PartialUpdate update) => update.Ops?.Any(static operation => operation.Type is not (MetadataOperation.Add or MetadataOperation.Delete)) == true
        ? throw new JsonException($"a partial update of {update.ID} holds an operation that is neither 1 (add) nor 2 (delete)")
        : [.. update.Ops ?? []];

    private List<TopologyEvent> Synchronize(SubGraph graph)
    {
        var now = _clock.GetUtcNow();
        var events = new List<TopologyEvent> { new() { Kind = TopologyEventKind.Synchronized, Time = now, Graph = graph } };
        var nodes = graph.Nodes.GroupBy(static node => node.Id).ToDictionary(static group => group.Key, static group => group.Last());
        var edges = graph.Edges.GroupBy(static edge => edge.Id).ToDictionary(static group => group.Key, static group => group.Last());
        if (IsSynchronized)
        {
            // Edges go before the nodes that they join and come after them.
            events.AddRange(_edges.Values.Where(edge => !edges.ContainsKey(edge.Id))
                .Select(edge => new TopologyEvent { Kind = TopologyEventKind.EdgeDeleted, Time = now, Edge = edge, IsCatchUp = true }));
            events.AddRange(_nodes.Values.Where(node => !nodes.ContainsKey(node.Id))
                .Select(node => new TopologyEvent { Kind = TopologyEventKind.NodeDeleted, Time = now, Node = node, IsCatchUp = true }));
            foreach (var node in nodes.Values)
            {
                if (!_nodes.TryGetValue(node.Id, out var before))
                {
                    events.Add(Added(node) with { IsCatchUp = true });
                }
                else if (before.Revision != node.Revision || !before.Metadata.Equals(node.Metadata))
                {
                    events.Add(Updated(before, node) with { IsCatchUp = true });
                }
            }

            foreach (var edge in edges.Values)
            {
                if (!_edges.TryGetValue(edge.Id, out var before))
                {
                    events.Add(Added(edge) with { IsCatchUp = true });
                }
                else if (before.Revision != edge.Revision || !before.Metadata.Equals(edge.Metadata))
                {
                    events.Add(Updated(before, edge) with { IsCatchUp = true });
                }
            }
        }

        _nodes.Clear();
        _edges.Clear();
        foreach (var node in nodes.Values)
        {
            _nodes[node.Id] = node;
        }

        foreach (var edge in edges.Values)
        {
            _edges[edge.Id] = edge;
        }

        IsSynchronized = true;
        NeedsSynchronization = false;
        return events;
    }

    private TopologyEvent[] Put(Node node)
    {
        _nodes.TryGetValue(node.Id, out var before);
        _nodes[node.Id] = node;
        return [before is null ? Added(node) : Updated(before, node)];
    }

    private TopologyEvent[] Put(Edge edge)
    {
        _edges.TryGetValue(edge.Id, out var before);
        _edges[edge.Id] = edge;
        return [before is null ? Added(edge) : Updated(before, edge)];
    }

    private TopologyEvent[] Remove(Node node)
    {
        _nodes.Remove(node.Id);
        return [new() { Kind = TopologyEventKind.NodeDeleted, Time = node.DeletedAt is { } time ? TimeOf(time) : _clock.GetUtcNow(), Node = node }];
    }

    private TopologyEvent[] Remove(Edge edge)
    {
        _edges.Remove(edge.Id);
        return [new() { Kind = TopologyEventKind.EdgeDeleted, Time = edge.DeletedAt is { } time ? TimeOf(time) : _clock.GetUtcNow(), Edge = edge }];
    }

    private TopologyEvent[] PutNode(PartialUpdate update)
    {
        if (!_nodes.TryGetValue(update.ID, out var before))
        {
            NeedsSynchronization = true;
            return [];
        }

        return update.Revision <= before.Revision
            ? []
            : Put(before.With(metadata: MetadataOperation.Apply(before.Metadata, Operations(update)), updatedAt: update.UpdatedAt, revision: update.Revision));
    }

    private TopologyEvent[] PutEdge(PartialUpdate update)
    {
        if (!_edges.TryGetValue(update.ID, out var before))
        {
            NeedsSynchronization = true;
            return [];
        }

        return update.Revision <= before.Revision
            ? []
            : Put(before.With(metadata: MetadataOperation.Apply(before.Metadata, Operations(update)), updatedAt: update.UpdatedAt, revision: update.Revision));
    }
}
