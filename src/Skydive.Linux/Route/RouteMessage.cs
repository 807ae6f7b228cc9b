using System.Globalization;
using System.Net;

namespace Skydive.Linux.Route;

/// <summary>
/// A route (<c>RTM_NEWROUTE</c>, <c>RTM_DELROUTE</c>). Immutable. Source: <c>struct rtmsg</c> and <c>RTA_*</c> of
/// <c>linux/rtnetlink.h</c>.
/// </summary>
public sealed record RouteMessage
{
    /// <summary>2 for IPv4, 10 for IPv6, 128 and 129 for multicast routes of either.</summary>
    public int Family { get; init; }

    /// <summary>The table (254 main, 255 local).</summary>
    public uint Table { get; init; }

    /// <summary>Who made it (2 kernel, 3 boot, 4 static, 9 RA, 16 DHCP, 17 multicast daemon, 186 BGP …).</summary>
    public int Protocol { get; init; }

    /// <summary>The kind.</summary>
    public RouteType Type { get; init; }

    /// <summary>The scope: 0 everywhere, 253 link, 254 host.</summary>
    public int Scope { get; init; }

    /// <summary>The destination; null for the default route.</summary>
    public IPAddress? Destination { get; init; }

    /// <summary>The length of the destination prefix in bits.</summary>
    public int DestinationPrefixLength { get; init; }

    /// <summary>The source that packets must have; null for any.</summary>
    public IPAddress? Source { get; init; }

    /// <summary>The length of the source prefix in bits.</summary>
    public int SourcePrefixLength { get; init; }

    /// <summary>The type of service that packets must have; 0 for any.</summary>
    public int Tos { get; init; }

    /// <summary>The source address to use for packets of this host; null when the kernel chooses.</summary>
    public IPAddress? PreferredSource { get; init; }

    /// <summary>The gateway, which may be of the other family; null when the destination is on the link.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>The index of the interface out; 0 when there is none, or several in <see cref="NextHops"/>.</summary>
    public int OutputIndex { get; init; }

    /// <summary>The index of the interface in (multicast routes); 0 for any.</summary>
    public int InputIndex { get; init; }

    /// <summary>The metric: the least is preferred.</summary>
    public uint Priority { get; init; }

    /// <summary>The next hops of a multipath or multicast route; empty for others.</summary>
    public IReadOnlyList<RouteNextHop> NextHops { get; init; } = [];

    /// <summary>The next hop object that the route uses; 0 without one.</summary>
    public uint NextHopId { get; init; }

    /// <summary>The kernel's flags (<c>RTM_F_*</c> and <c>RTNH_F_*</c>).</summary>
    public uint Flags { get; init; }

    /// <summary>The destination as text, such as <c>10.0.0.0/24</c> or <c>::/0</c>.</summary>
    public string Prefix => string.Create(
        CultureInfo.InvariantCulture,
        $"{Destination ?? (Family is Interop.Constants.AddressFamilyInet6 or Interop.Constants.RouteFamilyMulticast6 ? IPAddress.IPv6Any : IPAddress.Any)}/{DestinationPrefixLength}");

    /// <inheritdoc/>
    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"{Type} {Prefix} via {Gateway} dev {OutputIndex} table {Table} metric {Priority}");
}
