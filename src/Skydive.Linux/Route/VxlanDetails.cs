using System.Net;

namespace Skydive.Linux.Route;

/// <summary>A VXLAN interface (RFC 7348). Source: <c>IFLA_VXLAN_*</c> of <c>linux/if_link.h</c>.</summary>
public sealed record VxlanDetails : LinkDetails
{
    /// <summary>The network identifier; 0 when it comes from the route (<see cref="IsExternal"/>).</summary>
    public int Id { get; init; }

    /// <summary>Where unknown destinations go: the other end, or a multicast group; null when only the forwarding database says.</summary>
    public IPAddress? Remote { get; init; }

    /// <summary>The source address; null when the route decides.</summary>
    public IPAddress? Local { get; init; }

    /// <summary>The UDP port of the other ends.</summary>
    public int Port { get; init; }

    /// <summary>The index of the interface below; 0 when the route decides.</summary>
    public int LinkIndex { get; init; }

    /// <summary>The TTL of outer packets; 0 when it is that of the inner packet or the kernel's default.</summary>
    public int Ttl { get; init; }

    /// <summary>Whether it learns where addresses are.</summary>
    public bool IsLearning { get; init; }

    /// <summary>Whether each packet tells its tunnel by metadata, as with Open vSwitch.</summary>
    public bool IsExternal { get; init; }
}
