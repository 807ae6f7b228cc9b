namespace Skydive.Linux.Route;

/// <summary>What a listener heard. Each kind of object has two: it is there, and next to it, it is gone.</summary>
public enum RtnetlinkEventKind
{
    /// <summary>An interface is new or changed: <see cref="RtnetlinkEvent.Link"/> holds all of it.</summary>
    LinkSet,

    /// <summary>An interface is gone from this namespace: deleted, or moved (<see cref="LinkMessage.NewNamespaceId"/>).</summary>
    LinkRemoved,

    /// <summary>An address is new or changed.</summary>
    AddressSet,

    /// <summary>An address is gone.</summary>
    AddressRemoved,

    /// <summary>A route is new or changed.</summary>
    RouteSet,

    /// <summary>A route is gone.</summary>
    RouteRemoved,

    /// <summary>A neighbour or forwarding entry is new or changed.</summary>
    NeighbourSet,

    /// <summary>A neighbour or forwarding entry is gone.</summary>
    NeighbourRemoved,

    /// <summary>A namespace got an id in this one.</summary>
    NamespaceIdSet,

    /// <summary>A namespace's id in this one is gone, with the namespace.</summary>
    NamespaceIdRemoved,

    /// <summary>A next hop object is new or changed.</summary>
    NextHopSet,

    /// <summary>A next hop object is gone.</summary>
    NextHopRemoved,

    /// <summary>A port of a bridge is new or changed, with all its VLANs.</summary>
    BridgePortSet,

    /// <summary>A port left its bridge.</summary>
    BridgePortRemoved,
}
