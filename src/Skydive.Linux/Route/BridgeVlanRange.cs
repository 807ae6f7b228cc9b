namespace Skydive.Linux.Route;

/// <summary>Consecutive VLANs that a bridge port lets through. Source: <c>struct bridge_vlan_info</c> of <c>linux/if_bridge.h</c>.</summary>
/// <param name="First">The first VLAN.</param>
/// <param name="Last">The last VLAN, the first one again when it is alone.</param>
/// <param name="IsNative">Whether frames that come without a tag belong to it (PVID).</param>
/// <param name="IsUntagged">Whether its frames leave without a tag.</param>
public readonly record struct BridgeVlanRange(int First, int Last, bool IsNative, bool IsUntagged);
