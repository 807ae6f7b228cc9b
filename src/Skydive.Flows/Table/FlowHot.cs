using System.Runtime.InteropServices;

namespace Skydive.Flows.Table;

/// <summary>The part of a flow that every packet reads or writes: two cache lines, the first of them the key.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FlowHot
{
    public FlowKey Key;
    public FlowCounters Total;
    public long LastNanoseconds;

    /// <summary>When the packet was seen that a round trip is measured from; see <see cref="FlowState.RttPending"/>.</summary>
    public long RttStartNanoseconds;

    /// <summary>The identity, which is part of the key of flows inside this one.</summary>
    public ulong Uuid;

    public FlowState State;

    /// <summary>The sequence number of the echo request that a round trip is measured from.</summary>
    public ushort RttSequence;
}
