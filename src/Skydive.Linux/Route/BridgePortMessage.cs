namespace Skydive.Linux.Route;

/// <summary>
/// A port of a bridge, or the bridge as its own port, with the VLANs that it lets through (<c>RTM_NEWLINK</c> and <c>RTM_DELLINK</c> of family
/// <c>AF_BRIDGE</c>). Immutable. When such a message says that the port is gone, it left the bridge; the interface may still be there.
/// </summary>
public sealed record BridgePortMessage
{
    /// <summary>The index of the interface.</summary>
    public int Index { get; init; }

    /// <summary>The name of the interface.</summary>
    public string Name { get; init; } = string.Empty;

    /// <summary>The index of the bridge; that of the interface itself for the bridge as its own port.</summary>
    public int MasterIndex { get; init; }

    /// <summary>The VLANs by number; empty when the bridge does not look at VLANs, or the message does not say.</summary>
    public IReadOnlyList<BridgeVlanRange> Vlans { get; init; } = [];
}
