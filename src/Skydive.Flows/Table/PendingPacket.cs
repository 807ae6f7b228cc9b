using System.Runtime.InteropServices;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>
/// A decoded packet, or one level of a packet in a tunnel, that waits in the batch for its turn: all that counting it, or making a flow of it,
/// needs. The levels of one packet stand behind one another.
/// </summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PendingPacket
{
    public FlowKey Key;
    public ulong Hash;
    public long TimestampNanoseconds;
    public LayerPath Path;
    public ulong VlanIdentifiers;
    public ulong SourceMac;
    public ulong DestinationMac;
    public int Length;
    public PacketSignals Signals;
    public ushort IcmpSequence;
    public uint TunnelIdentifier;
    public ushort SourcePort;
    public ushort DestinationPort;
    public KeyOrder Order;
    public bool HasLink;

    /// <summary>How many levels stand around this one, those before it. Its key lacks the parent until they have been counted.</summary>
    public byte Level;

    // What follows is filled in as the signals say.

    /// <summary>With <see cref="PacketSignals.TcpSegment"/>.</summary>
    public TcpFlags TcpFlags;
    public byte TimeToLive;
    public uint TcpSequence;
    public int TcpLength;

    /// <summary>With <see cref="PacketSignals.Datagram"/>: how many packets this is, and whether they were put together.</summary>
    public int PacketCount;
    public bool IsReassembled;

    /// <summary>With <see cref="PacketSignals.Sample"/>: how many packets this one stands for.</summary>
    public uint SamplingRate;

    /// <summary>With <see cref="PacketSignals.Packet"/>: which bytes of the batch are the packet's.</summary>
    public int BytesOffset;
    public int BytesLength;
    public LinkType BytesLinkType;

    /// <summary>With <see cref="PacketSignals.ExtraLayer"/>: which bytes of the batch are the layer's.</summary>
    public int LayerOffset;
    public int LayerLength;
    public LayerType Layer;

    /// <summary>With <see cref="PacketSignals.TellUuid"/>: the flow, once the packet has been counted.</summary>
    public ulong FlowUuid;
}
