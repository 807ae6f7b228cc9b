using System.Runtime.InteropServices;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>The part of a flow that is written when it is made and at updates.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FlowCold
{
    public long StartNanoseconds;
    public ulong Uuid;
    public ulong L2Key;
    public ulong L3Key;
    public LayerPath Path;
    public ulong VlanIdentifiers;

    /// <summary>The Ethernet addresses of the first packet; see <see cref="FlowState.HasLink"/>.</summary>
    public ulong MacA;
    public ulong MacB;

    /// <summary>How long the flow may be idle, by its application or in general.</summary>
    public long TimeoutNanoseconds;

    /// <summary>The totals at the last update.</summary>
    public FlowCounters TotalAtUpdate;

    /// <summary>The counters of the last update window, and its span; see <see cref="FlowState.HasWindow"/>.</summary>
    public FlowCounters Window;
    public long WindowStartNanoseconds;
    public long WindowLastNanoseconds;
}
