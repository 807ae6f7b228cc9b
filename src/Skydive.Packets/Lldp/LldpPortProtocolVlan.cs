namespace Skydive.Packets.Lldp;

/// <summary>A port and protocol VLAN (PPVID). Source: IEEE 802.1Q-2018, D.2.2.</summary>
/// <param name="Identifier">The VLAN identifier; 0 when the port supports them and has none.</param>
/// <param name="IsSupported">Whether the port supports port and protocol VLANs.</param>
/// <param name="IsEnabled">Whether it uses this one.</param>
public readonly record struct LldpPortProtocolVlan(ushort Identifier, bool IsSupported, bool IsEnabled);
