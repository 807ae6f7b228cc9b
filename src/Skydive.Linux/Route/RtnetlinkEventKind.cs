namespace Skydive.Linux.Route;

/// <summary>What a listener heard.</summary>
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
}
