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

    /// <summary>
    /// Messages passed over: of types not decoded, and about bridge ports (<see cref="LinkMessage.IsBridgePortMessage"/>), whose
    /// substance comes with the interface's own message.
    /// </summary>
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
    internal static uint[] Numbers(RtnetlinkGroups groups)
    {
        var numbers = new List<uint>();
        if (groups.HasFlag(RtnetlinkGroups.Links))
        {
            numbers.Add(1); // RTNLGRP_LINK
        }

        if (groups.HasFlag(RtnetlinkGroups.Neighbours))
        {
            numbers.Add(3); // RTNLGRP_NEIGH
        }

        if (groups.HasFlag(RtnetlinkGroups.Addresses))
        {
            numbers.Add(5); // RTNLGRP_IPV4_IFADDR
            numbers.Add(9); // RTNLGRP_IPV6_IFADDR
        }

        if (groups.HasFlag(RtnetlinkGroups.Routes))
        {
            numbers.Add(6); // RTNLGRP_IPV4_MROUTE
            numbers.Add(7); // RTNLGRP_IPV4_ROUTE
            numbers.Add(10); // RTNLGRP_IPV6_MROUTE
            numbers.Add(11); // RTNLGRP_IPV6_ROUTE
        }

        if (groups.HasFlag(RtnetlinkGroups.NamespaceIds))
        {
            numbers.Add(28); // RTNLGRP_NSID
        }

        return [.. numbers];
    }

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
            else if (decoded is null or LinkMessage { IsBridgePortMessage: true })
            {
                IgnoredMessages++;
            }
            else
            {
                events.Add(new RtnetlinkEvent(kind, decoded, _listener.NamespaceId));
            }
        }

        if (messages.Fault != NetlinkFault.None)
        {
            MalformedMessages++;
            lost = true;
        }

        return lost ? NetlinkReceiveStatus.Overrun : NetlinkReceiveStatus.Messages;
    }

    private static NetlinkFault Decode(in NetlinkMessage message, out RtnetlinkEventKind kind, out object? decoded)
    {
        NetlinkFault fault;
        switch (message.Type)
        {
            case RtnetlinkMessageType.NewLink or RtnetlinkMessageType.DeleteLink:
                fault = LinkDecoder.Plain.Decode(message, out LinkMessage? link);
                decoded = link;
                kind = message.Type == RtnetlinkMessageType.NewLink ? RtnetlinkEventKind.LinkSet : RtnetlinkEventKind.LinkRemoved;
                return fault;
            case RtnetlinkMessageType.NewAddress or RtnetlinkMessageType.DeleteAddress:
                fault = AddressDecoder.Instance.Decode(message, out AddressMessage? address);
                decoded = address;
                kind = message.Type == RtnetlinkMessageType.NewAddress
                    ? RtnetlinkEventKind.AddressSet
                    : RtnetlinkEventKind.AddressRemoved;
                return fault;
            case RtnetlinkMessageType.NewRoute or RtnetlinkMessageType.DeleteRoute:
                fault = RouteDecoder.Instance.Decode(message, out RouteMessage? route);
                decoded = route;
                kind = message.Type == RtnetlinkMessageType.NewRoute ? RtnetlinkEventKind.RouteSet : RtnetlinkEventKind.RouteRemoved;
                return fault;
            case RtnetlinkMessageType.NewNeighbour or RtnetlinkMessageType.DeleteNeighbour:
                fault = NeighbourDecoder.Instance.Decode(message, out NeighbourMessage? neighbour);
                decoded = neighbour;
                kind = message.Type == RtnetlinkMessageType.NewNeighbour
                    ? RtnetlinkEventKind.NeighbourSet
                    : RtnetlinkEventKind.NeighbourRemoved;
                return fault;
            case RtnetlinkMessageType.NewNamespaceId or RtnetlinkMessageType.DeleteNamespaceId:
                fault = NamespaceIdDecoder.Instance.Decode(message, out NamespaceIdMessage? id);
                decoded = id;
                kind = message.Type == RtnetlinkMessageType.NewNamespaceId
                    ? RtnetlinkEventKind.NamespaceIdSet
                    : RtnetlinkEventKind.NamespaceIdRemoved;
                return fault;
            default:
                decoded = null;
                kind = default;
                return NetlinkFault.None;
        }
    }
}
