namespace Skydive.Packets.Lldp;

/// <summary>A VLAN that a port belongs to. Source: IEEE 802.1Q-2018, D.2.3.</summary>
/// <param name="Identifier">Its VLAN identifier.</param>
/// <param name="Name">Its name.</param>
public readonly record struct LldpVlanName(ushort Identifier, string Name);
