using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>What was found in a namespace at one time.</summary>
/// <param name="Links">Its interfaces.</param>
/// <param name="Addresses">Their addresses.</param>
/// <param name="Routes">Its routes.</param>
/// <param name="Neighbours">Its neighbours (ARP and ND).</param>
internal sealed record NamespaceContent(
    IReadOnlyList<LinkMessage> Links, IReadOnlyList<AddressMessage> Addresses, RouteContent Routes, IReadOnlyList<NeighbourMessage> Neighbours);
