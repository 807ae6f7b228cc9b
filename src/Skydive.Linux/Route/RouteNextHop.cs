using System.Net;

namespace Skydive.Linux.Route;

/// <summary>One of several ways of a route. Source: <c>struct rtnexthop</c> of <c>linux/rtnetlink.h</c>.</summary>
public sealed record RouteNextHop
{
    /// <summary>The index of the interface out.</summary>
    public int Index { get; init; }

    /// <summary>The gateway; null when the destination is on the link.</summary>
    public IPAddress? Gateway { get; init; }

    /// <summary>The share of traffic, from 1 to 256 (for multicast routes: the least TTL plus one).</summary>
    public int Weight { get; init; }

    /// <summary>The kernel's flags (<c>RTNH_F_*</c>).</summary>
    public int Flags { get; init; }
}
