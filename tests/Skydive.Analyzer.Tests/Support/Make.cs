using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Status;
using Skydive.Contracts.Topology;
using Skydive.Storage;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>Nodes, edges, flows and stores for tests.</summary>
internal static class Make
{
    public static Node Node(string id, string type = "veth", string host = "host1", long revision = 1, params ReadOnlySpan<(string Key, MetadataValue Value)> more)
    {
        var metadata = MetadataMap.Create(("Name", id), ("Type", type), ("TID", "tid-" + id));
        foreach (var (key, value) in more)
        {
            metadata = metadata.With(key, value);
        }

        return new() { Id = id, Metadata = metadata, Host = host, Origin = "agent." + host, CreatedAt = 1000, UpdatedAt = 1000 + revision, Revision = revision };
    }

    public static Edge Edge(string id, string parent, string child, string host = "host1", long revision = 1, string relationType = "ownership") => new()
    {
        Id = id,
        Parent = parent,
        Child = child,
        Metadata = MetadataMap.Create(("RelationType", relationType)),
        Host = host,
        Origin = "agent." + host,
        CreatedAt = 1000,
        UpdatedAt = 1000 + revision,
        Revision = revision,
    };

    /// <summary>The <c>Captures</c> list of a node as an agent writes it.</summary>
    public static MetadataValue Captures(params ReadOnlySpan<(string Id, long Packets)> captures)
    {
        var list = new List<MetadataValue>();
        foreach (var (id, packets) in captures)
        {
            list.Add(MetadataMap.Create(("ID", id), ("State", "active"), ("Type", "afpacket"), ("PacketsReceived", packets)));
        }

        return MetadataValue.List(list);
    }

    public static Flow Flow(string uuid, long start = 1000, long last = 2000, string tracking = "t", long packets = 1, string nodeTid = "tid-eth0") => new()
    {
        UUID = uuid,
        LayersPath = "Ethernet/IPv4/TCP",
        Application = "TCP",
        Metric = new() { ABPackets = packets, ABBytes = packets * 100, Start = start, Last = last },
        Start = start,
        Last = last,
        TrackingID = tracking,
        NodeTID = nodeTid,
    };

    public static ConnectionStatus Status(string host = "host1") => new() { ServiceType = "agent", ClientProtocol = "json", IsConnected = true, ConnectTime = DateTimeOffset.UnixEpoch, RemoteHost = host };

    public static IHistoryStore Store() => HistoryStore.Open(new() { Driver = HistoryStoreOptions.MemoryDriver });
}
