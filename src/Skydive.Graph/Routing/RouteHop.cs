using System.Net;

namespace Skydive.Graph.Routing;

/// <summary>Where a node sends the packets for an address.</summary>
/// <param name="Gateway">The router; null when the address is on the link.</param>
/// <param name="Mac">The MAC address of the router, or of the address itself on a link; null when it is not known.</param>
/// <param name="InterfaceIndex">The interface that the packets leave by; 0 when it is not known.</param>
/// <param name="Priority">The metric of the route.</param>
/// <param name="PrefixLength">How many bits of the address the route goes by.</param>
public sealed record RouteHop(IPAddress? Gateway, string? Mac, long InterfaceIndex, long Priority, int PrefixLength);
