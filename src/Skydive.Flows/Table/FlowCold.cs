using System.Runtime.InteropServices;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>The part of a flow that is written when it is made and at updates.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FlowCold
{
    public long StartNanoseconds;
    public ulong L2Key;
    public ulong L3Key;
    public LayerPath Path;
    public ulong VlanIdentifiers;

    /// <summary>The Ethernet addresses of the first packet; see <see cref="FlowState.HasLink"/>.</summary>
    public ulong MacA;
    public ulong MacB;

    /// <summary>The last measured round trip, 0 when there was none.</summary>
    public long RttNanoseconds;

    /// <summary>The network identifier of VXLAN or Geneve, or the key of GRE, of the first packet.</summary>
    public uint TunnelIdentifier;

    /// <summary>The ports of the first packet, where they are no part of the key; see <see cref="FlowKey.IsTunnel"/>.</summary>
    public ushort TunnelPortA;
    public ushort TunnelPortB;

    /// <summary>How long the flow may be idle, by its application or in general.</summary>
    public long TimeoutNanoseconds;

    /// <summary>The totals at the last update.</summary>
    public FlowCounters TotalAtUpdate;

    /// <summary>The counters of the last update window, and its span; see <see cref="FlowState.HasWindow"/>.</summary>
    public FlowCounters Window;
    public long WindowStartNanoseconds;
    public long WindowLastNanoseconds;
}
