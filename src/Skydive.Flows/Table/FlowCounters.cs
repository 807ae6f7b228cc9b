using System.Runtime.InteropServices;

namespace Skydive.Flows.Table;

/// <summary>Packets and bytes of both directions.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FlowCounters
{
    public long ABPackets;
    public long ABBytes;
    public long BAPackets;
    public long BABytes;

    public static FlowCounters operator -(in FlowCounters left, in FlowCounters right) => new()
    {
        ABPackets = left.ABPackets - right.ABPackets,
        ABBytes = left.ABBytes - right.ABBytes,
        BAPackets = left.BAPackets - right.BAPackets,
        BABytes = left.BABytes - right.BABytes,
    };
}
