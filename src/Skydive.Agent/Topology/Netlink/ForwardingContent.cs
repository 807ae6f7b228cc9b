using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>What bridges and tunnels of a namespace forward at one time.</summary>
/// <param name="Entries">The forwarding entries.</param>
/// <param name="Ports">The ports of bridges with their VLANs.</param>
internal sealed record ForwardingContent(IReadOnlyList<NeighbourMessage> Entries, IReadOnlyList<BridgePortMessage> Ports);
