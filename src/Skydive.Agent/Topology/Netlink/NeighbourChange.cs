using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>How much a change of neighbours means.</summary>
internal enum NeighbourChange
{
    /// <summary>Nothing that is shown has changed.</summary>
    None,

    /// <summary>
    /// Entries are as they were but for the state of their resolution, or those came or went that have no address yet or are none of a
    /// neighbour (multicast groups that an interface listens to). History does not keep it.
    /// </summary>
    Minor,

    /// <summary>An entry with an address came, went, or has another address or other flags.</summary>
    Major,
}
