using System.Runtime.InteropServices;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>A decoded packet that waits in the batch for its turn: all that counting it, or making a flow of it, needs.</summary>
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
    public ushort IcmpSequence;
    public KeyOrder Order;
    public PacketSignals Signals;
    public bool HasLink;
}
