namespace Skydive.Agent.Topology.Netlink;

/// <summary>Parts of an interface's node that change by themselves.</summary>
[Flags]
internal enum LinkParts
{
    None = 0,

    /// <summary>What the kernel's message about the interface holds, and where it stands.</summary>
    Link = 1,

    /// <summary>IP addresses.</summary>
    Addresses = 2,

    /// <summary>Routes that lead out of it.</summary>
    Routes = 4,

    /// <summary>Neighbours (ARP and ND).</summary>
    Neighbours = 8,

    /// <summary>Forwarding entries of bridges and tunnels.</summary>
    Forwarding = 16,

    /// <summary>What its driver says.</summary>
    Facts = 32,

    /// <summary>Counters.</summary>
    Metric = 64,

    /// <summary>VLANs that it lets through as a port of a bridge.</summary>
    BridgeVlans = 128,

    All = Link | Addresses | Routes | Neighbours | Forwarding | Facts | Metric | BridgeVlans,
}
