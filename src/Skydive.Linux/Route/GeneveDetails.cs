using System.Net;

namespace Skydive.Linux.Route;

/// <summary>A Geneve interface (RFC 8926). Source: <c>IFLA_GENEVE_*</c> of <c>linux/if_link.h</c>.</summary>
public sealed record GeneveDetails : LinkDetails
{
    /// <summary>The network identifier.</summary>
    public int Id { get; init; }

    /// <summary>The other end; null when each packet tells it (<see cref="IsExternal"/>).</summary>
    public IPAddress? Remote { get; init; }

    /// <summary>The UDP port of the other end.</summary>
    public int Port { get; init; }

    /// <summary>The TTL of outer packets; 0 for the kernel's default.</summary>
    public int Ttl { get; init; }

    /// <summary>Whether each packet tells its tunnel by metadata, as with Open vSwitch.</summary>
    public bool IsExternal { get; init; }
}
