using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Polling;

namespace Skydive.Linux.Route;

/// <summary>Hears of changes to the interfaces, addresses, routes and neighbours of a namespace, or of all that have an id in it.</summary>
/// <remarks>
/// <para>
/// To know the state and miss nothing: open the listener, then dump with a <see cref="RtnetlinkClient"/>, then receive. Events of before
/// the dump come again after it, and end in the state of the dump. On <see cref="NetlinkReceiveStatus.Overrun"/>, dump again.
/// </para>
/// <para>
/// One thread receives; <see cref="Dispose"/> from any thread ends its wait at once. Many listeners share a thread through a
/// <see cref="DescriptorPoller"/> (<see cref="Descriptor"/>) and <see cref="TryReceive"/>.
/// </para>
/// </remarks>
public sealed class RtnetlinkListener : IDisposable
{
    private static readonly (RtnetlinkGroups Group, uint[] Numbers)[] s_groups =
    [
        (RtnetlinkGroups.Links, [1]), // RTNLGRP_LINK
        (RtnetlinkGroups.Addresses, [5, 9]), // RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR
        (RtnetlinkGroups.Routes, [6, 7, 10, 11]), // RTNLGRP_IPV4_MROUTE, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_MROUTE, RTNLGRP_IPV6_ROUTE
        (RtnetlinkGroups.Neighbours, [3]), // RTNLGRP_NEIGH
        (RtnetlinkGroups.NamespaceIds, [28]), // RTNLGRP_NSID
        (RtnetlinkGroups.NextHops, [32]), // RTNLGRP_NEXTHOP
    ];

    private readonly NetlinkListener _listener;

    /// <summary>Makes a listener over any transport.</summary>
    /// <param name="transport">The socket, joined to its groups; the listener owns it from now on.</param>
    public RtnetlinkListener(INetlinkTransport transport)
    {
        _listener = new NetlinkListener(transport);
        Descriptor = (transport as NetlinkSocket)?.Descriptor;
    }

    /// <summary>The socket, for a <see cref="DescriptorPoller"/>; null when the transport is no socket.</summary>
    public SafeDescriptor? Descriptor { get; }

    /// <summary>How often events were lost.</summary>
    public long Overruns => _listener.Overruns;

    /// <summary>Messages passed over: of types or families that are not decoded.</summary>
    public long IgnoredMessages { get; private set; }

    /// <summary>Messages that could not be decoded; each is reported as an overrun, since what it said is lost.</summary>
    public long MalformedMessages { get; private set; }

    /// <summary>Opens a listener with a receive buffer of <see cref="NetlinkSocketOptions.EventReceiveBufferBytes"/>.</summary>
    /// <param name="networkNamespace">The namespace; null for that of the calling thread. It may be disposed afterwards.</param>
    /// <param name="groups">What to hear of.</param>
    /// <param name="allNamespaces">Whether to hear, besides, all namespaces that have an id in this one.</param>
    /// <returns>The listener; the caller disposes it.</returns>
    /// <exception cref="LinuxException">The namespace cannot be entered, or the kernel refuses.</exception>
    public static RtnetlinkListener Open(
        NetworkNamespace? networkNamespace = null,
        RtnetlinkGroups groups = RtnetlinkGroups.Links | RtnetlinkGroups.Addresses,
        bool allNamespaces = false) => new(NetlinkSocket.Open(new NetlinkSocketOptions
        {
            Namespace = networkNamespace,
            Groups = Numbers(groups),
            ReceiveBufferBytes = NetlinkSocketOptions.EventReceiveBufferBytes,
            ListenAllNamespaces = allNamespaces,
        }));

    /// <summary>Waits for events.</summary>
    /// <param name="events">The events are added here, in order.</param>
    /// <param name="timeout">The longest wait, or <see cref="Timeout.InfiniteTimeSpan"/>.</param>
    /// <param name="cancellationToken">Ends the wait at once.</param>
    /// <returns>What there is.</returns>
    /// <exception cref="NetlinkException">The socket is broken; never for lost events.</exception>
    public NetlinkReceiveStatus Receive(ICollection<RtnetlinkEvent> events, TimeSpan timeout, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(events);
        NetlinkReceiveStatus status = _listener.Receive(timeout, cancellationToken);
        return status == NetlinkReceiveStatus.Messages ? Decode(events) : status;
    }

    /// <summary>Reads the next datagram's events without waiting.</summary>
    /// <param name="events">The events are added here, in order. One datagram holds one event or a few.</param>
    /// <returns>What there is.</returns>
    /// <exception cref="NetlinkException">The socket is broken; never for lost events.</exception>
    public NetlinkReceiveStatus TryReceive(ICollection<RtnetlinkEvent> events)
    {
        ArgumentNullException.ThrowIfNull(events);
        NetlinkReceiveStatus status = _listener.TryReceive();
        return status == NetlinkReceiveStatus.Messages ? Decode(events) : status;
    }

    /// <summary>Closes the socket and ends a wait in progress.</summary>
    public void Dispose() => _listener.Dispose();

    /// <summary>The kernel's group numbers.</summary>
    internal static uint[] Numbers(RtnetlinkGroups groups) =>
        [.. s_groups.Where(entry => (groups & entry.Group) != 0).SelectMany(static entry => entry.Numbers)];

    private NetlinkReceiveStatus Decode(ICollection<RtnetlinkEvent> events)
    {
        NetlinkMessageEnumerator messages = _listener.Messages;
        bool lost = false;
        while (messages.MoveNext())
        {
            NetlinkFault fault = Decode(messages.Current, out RtnetlinkEventKind kind, out object? decoded);
            if (fault != NetlinkFault.None)
            {
                MalformedMessages++;
                lost = true;
            }
            else if (decoded is null)
            {
                IgnoredMessages++;
            }
            else
            {
                events.Add(new RtnetlinkEvent(kind, decoded, _listener.NamespaceId, messages.Current.Flags));
            }
        }

        if (messages.Fault != NetlinkFault.None)
        {
            MalformedMessages++;
            lost = true;
        }

        _listener.Release();
        return lost ? NetlinkReceiveStatus.Overrun : NetlinkReceiveStatus.Messages;
    }

    private static NetlinkFault Decode(in NetlinkMessage message, out RtnetlinkEventKind kind, out object? decoded)
    {
        // The numbers of messages come in groups of four, of which the first two tell that an object is there, and that it is gone.
        (NetlinkDecoder? Decoder, RtnetlinkEventKind Kind) known = (message.Type & ~3) switch
        {
            RtnetlinkMessageType.NewLink when BridgePortDecoder.IsBridgePort(message) =>
                (BridgePortDecoder.Instance, RtnetlinkEventKind.BridgePortSet),
            RtnetlinkMessageType.NewLink => (LinkDecoder.Plain, RtnetlinkEventKind.LinkSet),
            RtnetlinkMessageType.NewAddress => (AddressDecoder.Instance, RtnetlinkEventKind.AddressSet),
            RtnetlinkMessageType.NewRoute => (RouteDecoder.Instance, RtnetlinkEventKind.RouteSet),
            RtnetlinkMessageType.NewNeighbour => (NeighbourDecoder.Instance, RtnetlinkEventKind.NeighbourSet),
            RtnetlinkMessageType.NewNamespaceId => (NamespaceIdDecoder.Instance, RtnetlinkEventKind.NamespaceIdSet),
            RtnetlinkMessageType.NewNextHop => (NextHopDecoder.Instance, RtnetlinkEventKind.NextHopSet),
            _ => default,
        };
        kind = known.Kind + (message.Type & 1);
        decoded = null;
        return known.Decoder is null ? NetlinkFault.None : known.Decoder.DecodeObject(message, out decoded);
    }
}
