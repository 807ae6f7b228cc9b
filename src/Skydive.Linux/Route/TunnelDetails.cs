using System.Net;

namespace Skydive.Linux.Route;

/// <summary>
/// A tunnel of IP packets or frames in IP packets: GRE in all its kinds, IP in IP, SIT, IPv6 tunnels, VTI.
/// Source: <c>IFLA_GRE_*</c>, <c>IFLA_IPTUN_*</c>, <c>IFLA_VTI_*</c> of <c>linux/if_tunnel.h</c>.
/// </summary>
public sealed record TunnelDetails : LinkDetails
{
    /// <summary>The source address; null when the route decides.</summary>
    public IPAddress? Local { get; init; }

    /// <summary>The other end; null when there are many, which routes or neighbours tell.</summary>
    public IPAddress? Remote { get; init; }

    /// <summary>The index of the interface below; 0 when the route decides.</summary>
    public int LinkIndex { get; init; }

    /// <summary>The TTL of outer packets; 0 when it is that of the inner packet.</summary>
    public int Ttl { get; init; }

    /// <summary>The key that received packets must have; null without one.</summary>
    public uint? InputKey { get; init; }

    /// <summary>The key of sent packets; null without one.</summary>
    public uint? OutputKey { get; init; }
}
