using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive;

/// <summary>One change of the topology.</summary>
public sealed class TopologyEvent
{
    internal TopologyEvent(TopologyEventType type, DateTimeOffset time, Contracts.Topology.Node node, Contracts.Topology.Node? previous, bool isCatchUp)
    {
        EventType = type;
        Time = time.ToLocalTime();
        Node = new(node);
        Name = Node.ToString();
        Type = Node.Type;
        Host = Node.Host;
        Changes = previous is null ? [] : Compare(previous.Metadata, node.Metadata);
        PreviousNode = previous is null ? null : new(previous);
        IsCatchUp = isCatchUp;
    }

    internal TopologyEvent(TopologyEventType type, DateTimeOffset time, Edge edge, Contracts.Topology.Edge wire, Contracts.Topology.Edge? previous, bool isCatchUp)
    {
        EventType = type;
        Time = time.ToLocalTime();
        Edge = edge;
        Name = $"{edge.Source} → {edge.Destination}";
        Type = edge.RelationType;
        Host = edge.Host;
        Changes = previous is null ? [] : Compare(previous.Metadata, wire.Metadata);
        PreviousEdge = previous is null ? null : new(previous, edge.Source, edge.Destination);
        IsCatchUp = isCatchUp;
    }

    /// <summary>When it happened.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>What happened.</summary>
    public TopologyEventType EventType { get; }

    /// <summary>Added, Updated or Deleted.</summary>
    public string Change => EventType.ToString()[4..];

    /// <summary>Node or Edge.</summary>
    public string Kind => EventType.ToString()[..4];

    /// <summary>Name of the node, or the names at both ends of the edge.</summary>
    public string Name { get; }

    /// <summary>Type of the node, or relation type of the edge.</summary>
    public string Type { get; }

    /// <summary>Identity of the host that reported it.</summary>
    public string Host { get; }

    /// <summary>The metadata that changed; empty unless something was updated.</summary>
    public MetadataChange[] Changes { get; }

    /// <summary>The node as it is, or was at last; null for edges.</summary>
    public Node? Node { get; }

    /// <summary>The node before an update; else null.</summary>
    public Node? PreviousNode { get; }

    /// <summary>The edge as it is, or was at last; null for nodes.</summary>
    public Edge? Edge { get; }

    /// <summary>The edge before an update; else null.</summary>
    public Edge? PreviousEdge { get; }

    /// <summary>Whether the change was found by comparing after an interruption.</summary>
    public bool IsCatchUp { get; }

    /// <summary>What happened to what.</summary>
    public override string ToString() => $"{EventType} {Name}";

    private static MetadataChange[] Compare(MetadataMap before, MetadataMap after) =>
    [
        .. MetadataOperation.Between(before, after)
            .Select(operation => new MetadataChange(operation.Key, Plain.Value(before[operation.Key]), Plain.Value(operation.Value))),
    ];
}
