using System.Net;

namespace Skydive.Linux.Route;

/// <summary>
/// A neighbour: an entry of the ARP or ND table, or of a bridge's forwarding database (<c>RTM_NEWNEIGH</c>, <c>RTM_DELNEIGH</c>). Immutable.
/// Source: <c>struct ndmsg</c> and <c>NDA_*</c> of <c>linux/neighbour.h</c>.
/// </summary>
public sealed record NeighbourMessage
{
    /// <summary>2 for IPv4 (ARP), 10 for IPv6 (ND), 7 for a forwarding entry of a bridge or vxlan.</summary>
    public int Family { get; init; }

    /// <summary>The index of the interface.</summary>
    public int Index { get; init; }

    /// <summary>The states.</summary>
    public NeighbourStates State { get; init; }

    /// <summary>The flags.</summary>
    public NeighbourFlags Flags { get; init; }

    /// <summary>The route type of the entry.</summary>
    public RouteType Type { get; init; }

    /// <summary>The IP address: of the neighbour, or of the tunnel end behind which a MAC is; null without one.</summary>
    public IPAddress? Destination { get; init; }

    /// <summary>The link-layer address; empty when unknown.</summary>
    public HardwareAddress Address { get; init; }

    /// <summary>The VLAN of a forwarding entry; null without one.</summary>
    public int? VlanId { get; init; }

    /// <summary>The VXLAN network identifier of a forwarding entry; null without one.</summary>
    public uint? Vni { get; init; }

    /// <summary>The UDP port of the tunnel end; null without one.</summary>
    public int? Port { get; init; }

    /// <summary>The index of the bridge that a forwarding entry belongs to; 0 when it belongs to the interface itself.</summary>
    public int MasterIndex { get; init; }

    /// <summary>The index of the interface through which a tunnel end is reached; 0 when the route decides.</summary>
    public int ViaIndex { get; init; }
}
