namespace Skydive.Linux.Netlink;

/// <summary>
/// One netlink message, a view into the buffer it was received in: valid until that buffer is read into again.
/// Source: <c>struct nlmsghdr</c> of <c>linux/netlink.h</c>; host byte order.
/// </summary>
/// <remarks>Literal header of a link message: <c>30 04 00 00 | 10 00 | 02 00 | 01 00 00 00 | d2 04 00 00</c>.</remarks>
public readonly ref struct NetlinkMessage
{
    /// <summary>Size of the header in bytes.</summary>
    public const int HeaderSize = 16;

    internal NetlinkMessage(ushort type, NetlinkFlags flags, uint sequence, uint portId, ReadOnlySpan<byte> payload)
    {
        Type = type;
        Flags = flags;
        Sequence = sequence;
        PortId = portId;
        Payload = payload;
    }

    /// <summary>The type: below 16 for control messages, else as the family defines it.</summary>
    public ushort Type { get; }

    /// <summary>The flags.</summary>
    public NetlinkFlags Flags { get; }

    /// <summary>The sequence number of the request answered; zero for events.</summary>
    public uint Sequence { get; }

    /// <summary>The port of the socket whose request is answered or caused the event; zero when the kernel acted by itself.</summary>
    public uint PortId { get; }

    /// <summary>What follows the header, without the padding after the message.</summary>
    public ReadOnlySpan<byte> Payload { get; }
}
