namespace Skydive.Linux.Packets;

/// <summary>
/// A group of rings, in one namespace, that share the packets of an interface: each packet goes to one of them. All must name the same
/// mode. Source: <c>packet(7)</c>, <c>PACKET_FANOUT</c>.
/// </summary>
/// <param name="GroupId">The number of the group, chosen by its first member.</param>
/// <param name="Mode">How packets are dealt out.</param>
public sealed record PacketFanout(ushort GroupId, PacketFanoutMode Mode);
