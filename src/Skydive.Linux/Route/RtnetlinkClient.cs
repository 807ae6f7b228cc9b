using System.Globalization;
using Skydive.Linux.Interop;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>Reads the interfaces, addresses, routes and neighbours of one network namespace.</summary>
/// <remarks>
/// <para>Not thread-safe, cheap to open, and needs no privilege in its own namespace.</para>
/// <code>
/// using NetworkNamespace ns = NetworkNamespace.Open("/run/netns/vm1");
/// using RtnetlinkClient client = RtnetlinkClient.Open(ns);
/// foreach (LinkMessage link in client.DumpLinks()) { … }
/// </code>
/// </remarks>
public sealed class RtnetlinkClient : IDisposable
{
    private readonly NetlinkClient _client;
    private readonly NetlinkMessageBuilder _request = new();

    /// <summary>Makes a client over any transport.</summary>
    /// <param name="transport">The socket, which the client owns from now on.</param>
    public RtnetlinkClient(INetlinkTransport transport) => _client = new NetlinkClient(transport);

    /// <summary>Opens a client.</summary>
    /// <param name="networkNamespace">The namespace; null for that of the calling thread. It may be disposed afterwards.</param>
    /// <returns>The client; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered, or the kernel refuses the socket.</exception>
    public static RtnetlinkClient Open(NetworkNamespace? networkNamespace = null) =>
        new(NetlinkSocket.Open(new NetlinkSocketOptions { Namespace = networkNamespace }));

    /// <summary>Reads all interfaces.</summary>
    /// <param name="withStatistics">Whether counters are wanted; without them some (those of IPv6) are not sent, and none decoded.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The interfaces, by index.</returns>
    /// <exception cref="NetlinkException">The kernel refuses, or its answer is malformed.</exception>
    public NetlinkDump<LinkMessage> DumpLinks(bool withStatistics = false, CancellationToken cancellationToken = default) => _client.Dump(
        "RTM_GETLINK dump",
        StartLinkRequest(default, withStatistics),
        withStatistics ? LinkDecoder.WithStatistics : LinkDecoder.Plain,
        cancellationToken);

    /// <summary>Reads one interface.</summary>
    /// <param name="index">Its index.</param>
    /// <param name="withStatistics">Whether counters are wanted.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The interface.</returns>
    /// <exception cref="NetlinkException">There is none with this index (<see cref="LinuxErrorReason.NotFound"/>), or another error.</exception>
    public LinkMessage GetLink(int index, bool withStatistics = false, CancellationToken cancellationToken = default) => _client.Get(
        string.Create(CultureInfo.InvariantCulture, $"RTM_GETLINK {index}"),
        StartLinkRequest(new LinkHeader { Index = index }, withStatistics),
        withStatistics ? LinkDecoder.WithStatistics : LinkDecoder.Plain,
        cancellationToken);

    /// <summary>Reads one interface.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="withStatistics">Whether counters are wanted.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The interface.</returns>
    /// <exception cref="NetlinkException">There is none of this name (<see cref="LinuxErrorReason.NotFound"/>), or another error.</exception>
    public LinkMessage GetLink(string name, bool withStatistics = false, CancellationToken cancellationToken = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        return _client.Get(
            $"RTM_GETLINK {name}",
            StartLinkRequest(default, withStatistics).Attribute(LinkAttribute.Name, name),
            withStatistics ? LinkDecoder.WithStatistics : LinkDecoder.Plain,
            cancellationToken);
    }

    /// <summary>Reads all IP addresses.</summary>
    /// <param name="family">2 for IPv4, 10 for IPv6, 0 for both.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The addresses.</returns>
    /// <exception cref="NetlinkException">The kernel refuses, or its answer is malformed.</exception>
    public NetlinkDump<AddressMessage> DumpAddresses(int family = 0, CancellationToken cancellationToken = default) => _client.Dump(
        "RTM_GETADDR dump",
        _request.Start(RtnetlinkMessageType.GetAddress, NetlinkFlags.None).Append((byte)family, 8),
        AddressDecoder.Instance,
        cancellationToken);

    /// <summary>Reads the routes of all tables.</summary>
    /// <param name="family">2 for IPv4, 10 for IPv6, 128 and 129 for their multicast routes, 0 for all.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The routes; those that the kernel cached from others are left out.</returns>
    /// <exception cref="NetlinkException">The kernel refuses, or its answer is malformed.</exception>
    public NetlinkDump<RouteMessage> DumpRoutes(int family = 0, CancellationToken cancellationToken = default) => _client.Dump(
        "RTM_GETROUTE dump",
        _request.Start(RtnetlinkMessageType.GetRoute, NetlinkFlags.None).Append((byte)family, 12),
        RouteDecoder.Instance,
        cancellationToken);

    /// <summary>Reads the routes of one family that lead to an interface.</summary>
    /// <param name="family">2 for IPv4, 10 for IPv6.</param>
    /// <param name="outputIndex">The interface; 0 for all.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>
    /// The routes of all tables, those over several interfaces whole. Kernels before 4.20 do not filter: then they are all of the family.
    /// </returns>
    /// <exception cref="NetlinkException">The kernel refuses, or its answer is malformed.</exception>
    public NetlinkDump<RouteMessage> DumpRoutes(int family, int outputIndex, CancellationToken cancellationToken = default)
    {
        _request.Start(RtnetlinkMessageType.GetRoute, NetlinkFlags.None).Append((byte)family, RouteDecoder.HeaderSize);
        if (outputIndex != 0)
        {
            _request.Attribute(RouteDecoder.AttributeOutput, outputIndex);
        }

        return _client.Dump("RTM_GETROUTE dump", _request, RouteDecoder.Instance, cancellationToken);
    }

    /// <summary>Reads the counters of all interfaces, at a tenth of what <see cref="DumpLinks"/> with counters costs.</summary>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The counters, by index of the interface.</returns>
    /// <exception cref="NetlinkException">
    /// The kernel refuses, or its answer is malformed; kernels before 4.7 do not know the question (<see cref="LinuxErrorReason.NotSupported"/>).
    /// </exception>
    public NetlinkDump<StatisticsMessage> DumpStatistics(CancellationToken cancellationToken = default) => _client.Dump(
        "RTM_GETSTATS dump",
        _request.Start(RtnetlinkMessageType.GetStatistics, NetlinkFlags.None)
            .Append(new StatisticsHeader { FilterMask = 1u << (StatisticsDecoder.AttributeLink - 1) }),
        StatisticsDecoder.Instance,
        cancellationToken);

    /// <summary>Reads the neighbours (ARP and ND tables).</summary>
    /// <param name="family">2 for IPv4, 10 for IPv6, 0 for both.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The neighbours.</returns>
    /// <exception cref="NetlinkException">The kernel refuses, or its answer is malformed.</exception>
    public NetlinkDump<NeighbourMessage> DumpNeighbours(int family = 0, CancellationToken cancellationToken = default) => _client.Dump(
        "RTM_GETNEIGH dump",
        _request.Start(RtnetlinkMessageType.GetNeighbour, NetlinkFlags.None).Append((byte)family, 12),
        NeighbourDecoder.Instance,
        cancellationToken);

    /// <summary>Reads the forwarding databases of all bridges, and of interfaces that keep one themselves (vxlan, some hardware).</summary>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The entries.</returns>
    /// <exception cref="NetlinkException">The kernel refuses, or its answer is malformed.</exception>
    public NetlinkDump<NeighbourMessage> DumpForwardingEntries(CancellationToken cancellationToken = default) =>
        DumpNeighbours(Constants.AddressFamilyBridge, cancellationToken);

    /// <summary>Reads the ports of all bridges with the VLANs that they let through.</summary>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The ports; each bridge is among them as its own.</returns>
    /// <exception cref="NetlinkException">The kernel refuses, or its answer is malformed.</exception>
    public NetlinkDump<BridgePortMessage> DumpBridgePorts(CancellationToken cancellationToken = default) => _client.Dump(
        "RTM_GETLINK dump of bridge ports",
        _request.Start(RtnetlinkMessageType.GetLink, NetlinkFlags.None)
            .Append(new LinkHeader { Family = Constants.AddressFamilyBridge })
            .Attribute(LinkAttribute.ExtensionMask, LinkAttribute.ExtensionBridgeVlans),
        BridgePortDecoder.Instance,
        cancellationToken);

    /// <summary>Reads the next hop objects.</summary>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The next hops and groups of them.</returns>
    /// <exception cref="NetlinkException">
    /// The kernel refuses, or its answer is malformed; kernels before 5.3 have none (<see cref="LinuxErrorReason.NotSupported"/>).
    /// </exception>
    public NetlinkDump<NextHopMessage> DumpNextHops(CancellationToken cancellationToken = default) => _client.Dump(
        "RTM_GETNEXTHOP dump",
        _request.Start(RtnetlinkMessageType.GetNextHop, NetlinkFlags.None).Append(0, NextHopDecoder.HeaderSize),
        NextHopDecoder.Instance,
        cancellationToken);

    /// <summary>Asks for the id that another namespace has in this one, as <see cref="LinkMessage.LinkNamespaceId"/> uses it.</summary>
    /// <param name="other">The other namespace.</param>
    /// <param name="cancellationToken">Ends the operation.</param>
    /// <returns>The id; null when none is assigned, that is, when no interface here has had its other end there.</returns>
    /// <exception cref="NetlinkException">The kernel refuses.</exception>
    public int? GetNamespaceId(NetworkNamespace other, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(other);
        bool held = false;
        try
        {
            other.Descriptor.DangerousAddRef(ref held);
            _request.Start(RtnetlinkMessageType.GetNamespaceId, NetlinkFlags.None)
                .Append(0, NamespaceIdDecoder.HeaderSize)
                .Attribute(NamespaceIdDecoder.AttributeDescriptor, (int)other.Descriptor.DangerousGetHandle());
            return _client.Get($"RTM_GETNSID {other.Path}", _request, NamespaceIdDecoder.Instance, cancellationToken).Id;
        }
        finally
        {
            if (held)
            {
                other.Descriptor.DangerousRelease();
            }
        }
    }

    /// <summary>Closes the socket.</summary>
    public void Dispose() => _client.Dispose();

    private NetlinkMessageBuilder StartLinkRequest(LinkHeader header, bool withStatistics)
    {
        uint mask = LinkAttribute.ExtensionVirtualFunctions | (withStatistics ? 0 : LinkAttribute.ExtensionSkipStatistics);
        return _request.Start(RtnetlinkMessageType.GetLink, NetlinkFlags.None)
            .Append(header)
            .Attribute(LinkAttribute.ExtensionMask, mask);
    }
}
