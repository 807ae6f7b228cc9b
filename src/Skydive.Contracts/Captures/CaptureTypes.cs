namespace Skydive.Contracts.Captures;

/// <summary>The capture types of Skydive's API, and what the service can do of them.</summary>
public static class CaptureTypes
{
    /// <summary>A packet ring (TPACKET_V3) on the interface.</summary>
    public const string AfPacket = "afpacket";

    /// <summary>Types that this service can run.</summary>
    public static IReadOnlyList<string> Available { get; } = [AfPacket];

    /// <summary>Types of nodes on which packets can be captured.</summary>
    public static IReadOnlySet<string> CapturableNodeTypes { get; } = new HashSet<string>(StringComparer.Ordinal)
    {
        "internal", "veth", "tun", "bridge", "dummy", "gre", "bond", "can", "hsr", "ifb", "macvlan", "macvtap", "vlan", "vxlan", "gretap",
        "ip6gretap", "geneve", "ipoib", "vcan", "ipip", "ipvlan", "lowpan", "ip6tnl", "ip6gre", "sit", "device",
    };
}
