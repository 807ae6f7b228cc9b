using Skydive.Client.Streams;

namespace Skydive.PowerShell;

/// <summary>Makes the objects that users see of the events of the client: edges get the names of their ends.</summary>
internal sealed class TopologyEventReader
{
    private readonly Dictionary<string, string> _names = new(StringComparer.Ordinal);

    /// <summary>Remembers the names of a whole graph.</summary>
    public void Learn(Contracts.Topology.SubGraph graph)
    {
        foreach (var node in graph.Nodes)
        {
            _names[node.Id] = node.Name;
        }
    }

    /// <summary>A graph as additions.</summary>
    public IEnumerable<TopologyEvent> ReadAll(Contracts.Topology.SubGraph graph) =>
    [
        .. graph.Nodes.Select(static node => new TopologyEvent(TopologyEventType.NodeAdded, DateTimeOffset.FromUnixTimeMilliseconds(node.CreatedAt), node, null, false)),
        .. graph.Edges.Select(edge => new TopologyEvent(TopologyEventType.EdgeAdded, DateTimeOffset.FromUnixTimeMilliseconds(edge.CreatedAt), Named(edge), edge, null, false)),
    ];

    /// <summary>A change of a node or an edge.</summary>
    public TopologyEvent Read(Client.Streams.TopologyEvent change)
    {
        var type = TypeOf(change.Kind);
        if (change.Edge is { } edge)
        {
            return new(type, change.Time, Named(edge), edge, change.PreviousEdge, change.IsCatchUp);
        }

        _names[change.Node!.Id] = change.Node.Name;
        return new(type, change.Time, change.Node, change.PreviousNode, change.IsCatchUp);
    }

    /// <summary>Whether an event tells of a change of a node or an edge.</summary>
    public static bool IsChange(TopologyEventKind kind) => kind is not (TopologyEventKind.Synchronized or TopologyEventKind.Disconnected);

    /// <summary>What an event is to users.</summary>
    public static TopologyEventType TypeOf(TopologyEventKind kind) => kind switch
    {
        TopologyEventKind.NodeAdded => TopologyEventType.NodeAdded,
        TopologyEventKind.NodeUpdated => TopologyEventType.NodeUpdated,
        TopologyEventKind.NodeDeleted => TopologyEventType.NodeDeleted,
        TopologyEventKind.EdgeAdded => TopologyEventType.EdgeAdded,
        TopologyEventKind.EdgeUpdated => TopologyEventType.EdgeUpdated,
        _ => TopologyEventType.EdgeDeleted,
    };

    private Edge Named(Contracts.Topology.Edge edge) => new(edge, Name(edge.Parent), Name(edge.Child));

    private string? Name(string id) => _names.GetValueOrDefault(id) is { Length: > 0 } name ? name : null;
}
