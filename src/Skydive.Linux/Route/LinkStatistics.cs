using System.Runtime.InteropServices;

namespace Skydive.Linux.Route;

/// <summary>
/// Counters of an interface since it was made: packets and bytes. Source: <c>struct rtnl_link_stats64</c> of <c>linux/if_link.h</c>,
/// whose order the fields keep.
/// </summary>
public sealed record LinkStatistics
{
    /// <summary>Packets received.</summary>
    public ulong RxPackets { get; init; }

    /// <summary>Packets sent.</summary>
    public ulong TxPackets { get; init; }

    /// <summary>Bytes received.</summary>
    public ulong RxBytes { get; init; }

    /// <summary>Bytes sent.</summary>
    public ulong TxBytes { get; init; }

    /// <summary>Bad packets received.</summary>
    public ulong RxErrors { get; init; }

    /// <summary>Packets that could not be sent.</summary>
    public ulong TxErrors { get; init; }

    /// <summary>Packets received but not processed.</summary>
    public ulong RxDropped { get; init; }

    /// <summary>Packets dropped on their way out.</summary>
    public ulong TxDropped { get; init; }

    /// <summary>Multicast packets received.</summary>
    public ulong Multicast { get; init; }

    /// <summary>Collisions.</summary>
    public ulong Collisions { get; init; }

    /// <summary>Packets of wrong length.</summary>
    public ulong RxLengthErrors { get; init; }

    /// <summary>Packets too large for the receiver's ring.</summary>
    public ulong RxOverErrors { get; init; }

    /// <summary>Packets with a wrong checksum.</summary>
    public ulong RxCrcErrors { get; init; }

    /// <summary>Misaligned frames.</summary>
    public ulong RxFrameErrors { get; init; }

    /// <summary>Receive FIFO overruns.</summary>
    public ulong RxFifoErrors { get; init; }

    /// <summary>Packets missed for want of buffers.</summary>
    public ulong RxMissedErrors { get; init; }

    /// <summary>Sending aborted.</summary>
    public ulong TxAbortedErrors { get; init; }

    /// <summary>Carrier lost while sending.</summary>
    public ulong TxCarrierErrors { get; init; }

    /// <summary>Transmit FIFO underruns.</summary>
    public ulong TxFifoErrors { get; init; }

    /// <summary>Heartbeat errors.</summary>
    public ulong TxHeartbeatErrors { get; init; }

    /// <summary>Late collisions.</summary>
    public ulong TxWindowErrors { get; init; }

    /// <summary>Compressed packets received.</summary>
    public ulong RxCompressed { get; init; }

    /// <summary>Compressed packets sent.</summary>
    public ulong TxCompressed { get; init; }

    /// <summary>Packets that nobody wanted.</summary>
    public ulong RxNoHandler { get; init; }

    /// <summary>Packets dropped since addressed to another host; zero on kernels before 5.19.</summary>
    public ulong RxOtherHostDropped { get; init; }

    /// <summary>Reads the structure; fields that an older kernel does not send are zero.</summary>
    internal static LinkStatistics Read(ReadOnlySpan<byte> value) => new()
    {
        RxPackets = Field(value, 0),
        TxPackets = Field(value, 1),
        RxBytes = Field(value, 2),
        TxBytes = Field(value, 3),
        RxErrors = Field(value, 4),
        TxErrors = Field(value, 5),
        RxDropped = Field(value, 6),
        TxDropped = Field(value, 7),
        Multicast = Field(value, 8),
        Collisions = Field(value, 9),
        RxLengthErrors = Field(value, 10),
        RxOverErrors = Field(value, 11),
        RxCrcErrors = Field(value, 12),
        RxFrameErrors = Field(value, 13),
        RxFifoErrors = Field(value, 14),
        RxMissedErrors = Field(value, 15),
        TxAbortedErrors = Field(value, 16),
        TxCarrierErrors = Field(value, 17),
        TxFifoErrors = Field(value, 18),
        TxHeartbeatErrors = Field(value, 19),
        TxWindowErrors = Field(value, 20),
        RxCompressed = Field(value, 21),
        TxCompressed = Field(value, 22),
        RxNoHandler = Field(value, 23),
        RxOtherHostDropped = Field(value, 24),
    };

    private static ulong Field(ReadOnlySpan<byte> value, int index) => value.Length >= (index + 1) * sizeof(ulong)
        ? MemoryMarshal.Read<ulong>(value[(index * sizeof(ulong))..])
        : 0;
}
