namespace Skydive.Linux.Packets;

/// <summary>How a packet relates to this host. Source: <c>PACKET_*</c> of <c>linux/if_packet.h</c>.</summary>
public enum PacketType : byte
{
    /// <summary>To this host.</summary>
    Host = 0, // PACKET_HOST

    /// <summary>To all.</summary>
    Broadcast = 1, // PACKET_BROADCAST

    /// <summary>To a group.</summary>
    Multicast = 2, // PACKET_MULTICAST

    /// <summary>To another host.</summary>
    OtherHost = 3, // PACKET_OTHERHOST

    /// <summary>Sent by this host.</summary>
    Outgoing = 4, // PACKET_OUTGOING
}
