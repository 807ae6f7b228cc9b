using System.Collections.Frozen;

namespace Skydive.Contracts.Captures;

/// <summary>The capture types of Skydive's API, and what the service can do of them.</summary>
public static class CaptureTypes
{
    /// <summary>A packet ring (TPACKET_V3) on the interface.</summary>
    public const string AfPacket = "afpacket";

    /// <summary>libpcap on the interface.</summary>
    public const string Pcap = "pcap";

    /// <summary>A TCP port that is sent a pcap or pcapng stream.</summary>
    public const string PcapSocket = "pcapsocket";

    /// <summary>A collector of sFlow datagrams at an address of the interface.</summary>
    public const string SFlow = "sflow";

    /// <summary>A collector of NetFlow v5, v9 and IPFIX at an address of the interface; an addition to Skydive's types.</summary>
    public const string NetFlow = "netflow";

    /// <summary>Flows counted in the kernel by a BPF program.</summary>
    public const string Ebpf = "ebpf";

    /// <summary>sFlow sent by an Open vSwitch bridge.</summary>
    public const string OvsSFlow = "ovssflow";

    /// <summary>NetFlow sent by an Open vSwitch bridge.</summary>
    public const string OvsNetFlow = "ovsnetflow";

    /// <summary>A mirror of an Open vSwitch port.</summary>
    public const string OvsMirror = "ovsmirror";

    /// <summary>Ports of DPDK.</summary>
    public const string Dpdk = "dpdk";

    private const string OvsBridge = "ovsbridge";
    private const string OvsPort = "ovsport";
    private const string DpdkPort = "dpdkport";

    private static readonly string[] s_interfaces =
    [
        "internal", "veth", "tun", "bridge", "dummy", "gre", "bond", "can", "hsr", "ifb", "macvlan", "macvtap", "vlan", "vxlan", "gretap",
        "ip6gretap", "geneve", "ipoib", "vcan", "ipip", "ipvlan", "lowpan", "ip6tnl", "ip6gre", "sit", "device",
    ];

    private static readonly FrozenSet<string> s_interfaceSet = s_interfaces.ToFrozenSet(StringComparer.Ordinal);

    /// <summary>All types, also those that this version cannot run. The first that suits a node is what is used when a capture does not say.</summary>
    public static IReadOnlyList<CaptureType> All { get; } =
    [
        new() { Name = AfPacket, NodeTypes = s_interfaceSet },
        new() { Name = Pcap, NodeTypes = s_interfaceSet },
        new() { Name = OvsSFlow, NodeTypes = Set(OvsBridge), AllowsMany = false, IsAvailable = false },
        new() { Name = OvsNetFlow, NodeTypes = Set(OvsBridge), AllowsMany = false, IsAvailable = false },
        new() { Name = OvsMirror, NodeTypes = Set(OvsPort), AllowsMany = false, IsAvailable = false },
        new() { Name = Dpdk, NodeTypes = Set(DpdkPort), AllowsMany = false, IsAvailable = false },
        new() { Name = PcapSocket, NodeTypes = Set([.. s_interfaces, OvsBridge]), AllowsMany = false },
        new() { Name = SFlow, NodeTypes = s_interfaceSet, AllowsMany = false, Listens = true },
        new() { Name = NetFlow, NodeTypes = s_interfaceSet, TakesFilter = false, SeesPackets = false, HasTcpMetric = false, AllowsMany = false, Listens = true },
        new() { Name = Ebpf, NodeTypes = s_interfaceSet, TakesFilter = false, SeesPackets = false, AllowsMany = false },
    ];

    /// <summary>Types that this service can run.</summary>
    public static IReadOnlyList<string> Available { get; } = [.. All.Where(static type => type.IsAvailable).Select(static type => type.Name)];

    /// <summary>Types of nodes at which something can be captured.</summary>
    public static IReadOnlySet<string> CapturableNodeTypes { get; } = All.SelectMany(static type => type.NodeTypes).ToFrozenSet(StringComparer.Ordinal);

    /// <summary>A type by its name; null when there is no such type.</summary>
    /// <param name="name">The name.</param>
    public static CaptureType? Find(string name) => All.FirstOrDefault(type => type.Name == name);

    /// <summary>The type that a capture has at a node; null when it cannot be captured there.</summary>
    /// <param name="name">The type that the capture asks for; null or empty for what suits the node.</param>
    /// <param name="nodeType">The type of the node.</param>
    public static CaptureType? ForNode(string? name, string nodeType) => string.IsNullOrEmpty(name)
        ? All.FirstOrDefault(type => type.NodeTypes.Contains(nodeType))
        : Find(name) is { } type && type.NodeTypes.Contains(nodeType) ? type : null;

    private static FrozenSet<string> Set(params string[] names) => names.ToFrozenSet(StringComparer.Ordinal);
}
