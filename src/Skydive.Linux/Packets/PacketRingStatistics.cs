namespace Skydive.Linux.Packets;

/// <summary>Counters of a ring since it was opened. Source: <c>struct tpacket_stats_v3</c> of <c>linux/if_packet.h</c>.</summary>
/// <param name="Packets">Packets that the filter took, dropped ones included.</param>
/// <param name="Drops">Packets lost because the ring was full.</param>
/// <param name="QueueFreezes">How often the ring was full.</param>
public readonly record struct PacketRingStatistics(long Packets, long Drops, long QueueFreezes);
