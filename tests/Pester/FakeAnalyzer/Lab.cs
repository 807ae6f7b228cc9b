using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace FakeAnalyzer;

/// <summary>A small invented network: a host with a bridge, two veth pairs into two namespaces, and what they say to each other.</summary>
internal static class Lab
{
    public const long Time = 1790000000000;

    public static readonly Node Host = Make("host", "lab", "host");
    public static readonly Node Lo = Make("lo", "lo", "device", "UNKNOWN", "00:00:00:00:00:00", "127.0.0.1/8");
    public static readonly Node Bridge = Make("br0", "br0", "bridge", "UP", "02:00:00:00:00:10");
    public static readonly Node Vm1 = Make("vm1", "vm1-eth0", "veth", "UP", "02:00:00:00:01:01");
    public static readonly Node Vm2 = Make("vm2", "vm2-eth0", "veth", "DOWN", "02:00:00:00:01:02");
    public static readonly Node Ns1 = Make("ns1", "ns1", "netns");
    public static readonly Node Ns2 = Make("ns2", "ns2", "netns");
    public static readonly Node Eth1 = Make("eth1", "eth0", "veth", "UP", "02:00:00:00:00:01", "10.0.0.1/24");
    public static readonly Node Eth2 = Make("eth2", "eth0", "veth", "UP", "02:00:00:00:00:02", "10.0.0.2/24");

    public static readonly IReadOnlyList<Node> Nodes = [Host, Lo, Bridge, Vm1, Vm2, Ns1, Ns2, Eth1, Eth2];

    public static readonly IReadOnlyList<Edge> Edges =
    [
        Own(Host, Lo), Own(Host, Bridge), Own(Host, Vm1), Own(Host, Vm2), Own(Host, Ns1), Own(Host, Ns2), Own(Ns1, Eth1), Own(Ns2, Eth2),
        Join(Bridge, Vm1), Join(Bridge, Vm2), Join(Vm1, Eth1), Join(Vm2, Eth2),
    ];

    public static readonly IReadOnlyList<Flow> Flows =
    [
        Talk("a1", "Ethernet/IPv4/ICMPv4", "ICMPv4", Vm1, null, 5, 490, 1_250_000),
        Talk("a2", "Ethernet/IPv4/TCP", "TCP", Vm1, new FlowTransport { Protocol = "TCP", A = 40000, B = 443 }, 8, 50536, 25_618),
        Talk("a3", "Ethernet/IPv4/UDP/DNS", "DNS", Vm2, new FlowTransport { Protocol = "UDP", A = 53000, B = 53 }, 1, 80, 0),
    ];

    private static Node Make(string id, string name, string type, string? state = null, string? mac = null, string? address = null)
    {
        var metadata = new List<(string, MetadataValue)> { ("Name", name), ("Type", type), ("TID", Identifier("tid-" + id)) };
        if (state is not null)
        {
            metadata.Add(("State", state));
            metadata.Add(("MTU", 1500));
            metadata.Add(("Features", MetadataMap.Create(("rx-checksum", true))));
        }

        if (mac is not null)
        {
            metadata.Add(("MAC", mac));
        }

        if (address is not null)
        {
            metadata.Add(("IPV4", MetadataValue.List([address])));
        }

        return new()
        {
            Id = Identifier(id),
            Metadata = MetadataMap.Create([.. metadata]),
            Host = "lab",
            Origin = "agent.lab",
            CreatedAt = Time,
            UpdatedAt = Time + 1000,
            Revision = 2,
        };
    }

    private static string Identifier(string seed) => new Guid(System.Security.Cryptography.MD5.HashData(System.Text.Encoding.UTF8.GetBytes(seed))).ToString();

    private static Edge Own(Node parent, Node child) => Relate(parent, child, RelationTypes.Ownership);

    private static Edge Join(Node parent, Node child) => Relate(parent, child, RelationTypes.Layer2);

    private static Edge Relate(Node parent, Node child, string type) => new()
    {
        Id = Identifier(parent.Id + child.Id + type),
        Metadata = MetadataMap.Create(("RelationType", type)),
        Host = "lab",
        Origin = "agent.lab",
        Parent = parent.Id,
        Child = child.Id,
        CreatedAt = Time,
        UpdatedAt = Time,
    };

    private static Flow Talk(string uuid, string path, string application, Node node, FlowTransport? transport, long packets, long bytes, long rtt) => new()
    {
        UUID = uuid,
        LayersPath = path,
        Application = application,
        Link = new() { Protocol = "ETHERNET", A = "02:00:00:00:00:01", B = "02:00:00:00:00:02" },
        Network = new() { Protocol = "IPV4", A = "10.0.0.1", B = "10.0.0.2" },
        Transport = transport,
        Metric = new() { ABPackets = packets, ABBytes = bytes, BAPackets = packets, BABytes = bytes * 2, Start = Time, Last = Time + 2000, RTT = rtt },
        Start = Time,
        Last = Time + 2000,
        TrackingID = "track" + uuid,
        L3TrackingID = "l3track" + uuid,
        NodeTID = node.TID!,
        CaptureID = "6b1f3c1e-0000-4000-8000-000000000001",
    };
}
