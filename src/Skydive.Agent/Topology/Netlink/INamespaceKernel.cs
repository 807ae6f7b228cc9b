using Skydive.Linux.Namespaces;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>What the kernel can be asked of one namespace. One thread at a time.</summary>
internal interface INamespaceKernel : IDisposable
{
    /// <summary>The namespace.</summary>
    NetworkNamespace Namespace { get; }

    /// <summary>The events, from before the first question on.</summary>
    RtnetlinkListener Listener { get; }

    /// <summary>Reads interfaces, addresses, routes and neighbours.</summary>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <exception cref="Skydive.Linux.Netlink.NetlinkException">The kernel refuses, or its answer is malformed.</exception>
    NamespaceContent Read(CancellationToken cancellationToken);

    /// <summary>Reads forwarding entries and the VLANs of bridge ports.</summary>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <exception cref="Skydive.Linux.Netlink.NetlinkException">The kernel refuses, or its answer is malformed.</exception>
    ForwardingContent ReadForwarding(CancellationToken cancellationToken);

    /// <summary>Reads one interface.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <exception cref="Skydive.Linux.Netlink.NetlinkException">There is none with this index, or another error.</exception>
    LinkMessage GetLink(int index, CancellationToken cancellationToken);

    /// <summary>
    /// Reads the IPv4 routes that lead to some interfaces, as they are when the change of the interface is done of which the kernel has told.
    /// </summary>
    /// <param name="link">The interface; 0 for all.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <exception cref="Skydive.Linux.Netlink.NetlinkException">The kernel refuses, or its answer is malformed.</exception>
    IReadOnlyList<RouteMessage> ReadIPv4Routes(int link, CancellationToken cancellationToken);

    /// <summary>Reads all routes and the next hops that they share.</summary>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <exception cref="Skydive.Linux.Netlink.NetlinkException">The kernel refuses, or its answer is malformed.</exception>
    RouteContent ReadRoutes(CancellationToken cancellationToken);

    /// <summary>Reads the counters of all interfaces.</summary>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <exception cref="Skydive.Linux.Netlink.NetlinkException">The kernel refuses, or its answer is malformed.</exception>
    IReadOnlyList<StatisticsMessage> ReadStatistics(CancellationToken cancellationToken);

    /// <summary>The id that another namespace has in this one; null when it has none.</summary>
    /// <param name="other">The other namespace.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <exception cref="Skydive.Linux.Netlink.NetlinkException">The kernel refuses.</exception>
    int? GetNamespaceId(NetworkNamespace other, CancellationToken cancellationToken);
}
