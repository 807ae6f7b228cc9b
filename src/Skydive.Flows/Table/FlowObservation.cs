namespace Skydive.Flows.Table;

/// <summary>
/// What another counted of a flow since it last told: an exporter, or a program in the kernel. Times are nanoseconds since 1970-01-01 UTC by the table's
/// clock; 0 where nothing happened.
/// </summary>
public readonly record struct FlowObservation
{
    /// <summary>Packets in the direction of the headers that come with it.</summary>
    public required long Packets { get; init; }

    /// <summary>Their bytes on the wire.</summary>
    public required long Bytes { get; init; }

    /// <summary>Packets in the other direction.</summary>
    public long ReversePackets { get; init; }

    /// <summary>Their bytes on the wire.</summary>
    public long ReverseBytes { get; init; }

    /// <summary>When the first packet was seen.</summary>
    public required long FirstNanoseconds { get; init; }

    /// <summary>When the last packet was seen.</summary>
    public required long LastNanoseconds { get; init; }

    /// <summary>When a packet with SYN was seen.</summary>
    public long SynNanoseconds { get; init; }

    /// <summary>Whether that packet acknowledged another.</summary>
    public bool IsSynAck { get; init; }

    /// <summary>When a packet with FIN was seen.</summary>
    public long FinNanoseconds { get; init; }

    /// <summary>When a packet with RST was seen.</summary>
    public long RstNanoseconds { get; init; }

    /// <summary>The time to live of the first packet.</summary>
    public byte TimeToLive { get; init; }

    /// <summary>The sequence number of the first ICMP echo.</summary>
    public ushort IcmpSequence { get; init; }

    /// <summary>Whether round trips of ICMP echoes can be told from <see cref="FirstNanoseconds"/>.</summary>
    public bool HasEchoTimes { get; init; }
}
