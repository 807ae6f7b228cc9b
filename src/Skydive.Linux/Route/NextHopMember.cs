namespace Skydive.Linux.Route;

/// <summary>A member of a group of next hops. Source: <c>struct nexthop_grp</c> of <c>linux/nexthop.h</c>.</summary>
/// <param name="Id">The next hop.</param>
/// <param name="Weight">Its share of traffic, from 1.</param>
public readonly record struct NextHopMember(uint Id, int Weight);
