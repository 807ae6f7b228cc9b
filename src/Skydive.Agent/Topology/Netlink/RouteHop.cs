using System.Net;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>One way that a route leads.</summary>
/// <param name="Index">The interface.</param>
/// <param name="Gateway">The gateway; null when the destination is on the link.</param>
internal readonly record struct RouteHop(int Index, IPAddress? Gateway);
