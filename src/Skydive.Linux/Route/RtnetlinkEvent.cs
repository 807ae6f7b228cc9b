using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>One change that the kernel told of.</summary>
public readonly record struct RtnetlinkEvent
{
    private readonly object? _message;

    /// <summary>Makes an event.</summary>
    /// <param name="kind">What happened.</param>
    /// <param name="message">The message that goes with the kind.</param>
    /// <param name="namespaceId">Where, for listeners of all namespaces.</param>
    /// <param name="flags">The flags of the kernel's message.</param>
    public RtnetlinkEvent(RtnetlinkEventKind kind, object message, int? namespaceId = null, NetlinkFlags flags = NetlinkFlags.None)
    {
        Kind = kind;
        Flags = flags;
        _message = message;
        NamespaceId = namespaceId;
    }

    /// <summary>What happened.</summary>
    public RtnetlinkEventKind Kind { get; }

    /// <summary>The id of the namespace in which it happened, in that of the listener; null for the listener's own.</summary>
    public int? NamespaceId { get; }

    /// <summary>
    /// The flags of the kernel's message. Those of a new route tell what became of others to the same destination
    /// (<see cref="NetlinkFlags.Replace"/>, <see cref="NetlinkFlags.Append"/>).
    /// </summary>
    public NetlinkFlags Flags { get; }

    /// <summary>The interface; null for other kinds.</summary>
    public LinkMessage? Link => _message as LinkMessage;

    /// <summary>The address; null for other kinds.</summary>
    public AddressMessage? Address => _message as AddressMessage;

    /// <summary>The route; null for other kinds.</summary>
    public RouteMessage? Route => _message as RouteMessage;

    /// <summary>The neighbour or forwarding entry; null for other kinds.</summary>
    public NeighbourMessage? Neighbour => _message as NeighbourMessage;

    /// <summary>The namespace id; null for other kinds.</summary>
    public NamespaceIdMessage? NamespaceIdentity => _message as NamespaceIdMessage;

    /// <summary>The next hop object; null for other kinds.</summary>
    public NextHopMessage? NextHop => _message as NextHopMessage;

    /// <summary>The port of a bridge; null for other kinds.</summary>
    public BridgePortMessage? BridgePort => _message as BridgePortMessage;
}
