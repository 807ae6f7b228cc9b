namespace Skydive.Linux.Packets;

/// <summary>How a fan-out group deals out packets. Source: <c>linux/if_packet.h</c>.</summary>
public enum PacketFanoutMode
{
    /// <summary>By a hash of the flow: all packets of a flow, of both directions, go to one ring.</summary>
    Hash = 0, // PACKET_FANOUT_HASH

    /// <summary>In turn.</summary>
    RoundRobin = 1, // PACKET_FANOUT_LB

    /// <summary>By the processor that received them.</summary>
    Processor = 2, // PACKET_FANOUT_CPU

    /// <summary>To one ring until it is full, then to the next.</summary>
    Rollover = 3, // PACKET_FANOUT_ROLLOVER

    /// <summary>At random.</summary>
    Random = 4, // PACKET_FANOUT_RND

    /// <summary>By the receive queue.</summary>
    QueueMapping = 5, // PACKET_FANOUT_QM
}
