using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>The routes of a namespace at one time.</summary>
/// <param name="Routes">The routes.</param>
/// <param name="NextHops">The next hop objects that they may refer to.</param>
internal sealed record RouteContent(IReadOnlyList<RouteMessage> Routes, IReadOnlyList<NextHopMessage> NextHops);
