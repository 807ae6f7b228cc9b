using System.Runtime.InteropServices;

namespace Skydive.Linux.Ebpf;

/// <summary>
/// What a <see cref="FlowCounter"/> counted. Times are nanoseconds of the monotonic clock, as <see cref="System.Diagnostics.Stopwatch"/> gives them; 0
/// means never.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = FlowCounterLayout.ValueSize)]
public struct FlowCounterValue
{
    /// <summary>How many packets.</summary>
    [FieldOffset(FlowCounterLayout.Packets)]
    public long Packets;

    /// <summary>How many bytes they had on the wire, from the link layer on.</summary>
    [FieldOffset(FlowCounterLayout.Bytes)]
    public long Bytes;

    /// <summary>When the first came.</summary>
    [FieldOffset(FlowCounterLayout.First)]
    public long First;

    /// <summary>When the last came.</summary>
    [FieldOffset(FlowCounterLayout.Last)]
    public long Last;

    /// <summary>When the first with SYN came.</summary>
    [FieldOffset(FlowCounterLayout.Syn)]
    public long Syn;

    /// <summary>When the first with FIN came.</summary>
    [FieldOffset(FlowCounterLayout.Fin)]
    public long Fin;

    /// <summary>When the first with RST came.</summary>
    [FieldOffset(FlowCounterLayout.Rst)]
    public long Rst;

    /// <summary>FIN 1, SYN 2 and RST 4 as far as any packet had them, and ACK 16 where it acknowledged a SYN.</summary>
    [FieldOffset(FlowCounterLayout.TcpFlags)]
    public byte TcpFlags;

    /// <summary>The time to live, or hop limit, of the first packet.</summary>
    [FieldOffset(FlowCounterLayout.TimeToLive)]
    public byte TimeToLive;

    [FieldOffset(FlowCounterLayout.IcmpSequence)]
    private readonly ushort _icmpSequence;

    /// <summary>Sequence number of the first ICMP echo.</summary>
    public readonly ushort IcmpSequence => BitConverter.IsLittleEndian ? System.Buffers.Binary.BinaryPrimitives.ReverseEndianness(_icmpSequence) : _icmpSequence;
}
