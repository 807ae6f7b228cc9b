using System.Globalization;
using System.Runtime.InteropServices;
using Skydive.Contracts.Flows;
using Skydive.Flows.Table.Extras;
using Skydive.Packets;

namespace Skydive.Flows.Table;

/// <summary>A copy of a flow as the table holds it: cheap to make under the table's lock, turned into a wire record later.</summary>
[StructLayout(LayoutKind.Auto)]
internal struct FlowRecord
{
    private const long NanosecondsPerMillisecond = 1_000_000;

    public FlowHot Hot;
    public FlowCold Cold;

    /// <summary>What flows have only when it was asked for; null when nothing was.</summary>
    public FlowExtrasCopy? Extras;

    public readonly bool IsReversed => (Hot.State & FlowState.Reversed) != 0;

    public readonly long StartMilliseconds => Cold.StartNanoseconds / NanosecondsPerMillisecond;

    public readonly long LastMilliseconds => Hot.LastNanoseconds / NanosecondsPerMillisecond;

    public readonly long WindowStartMilliseconds => Cold.WindowStartNanoseconds / NanosecondsPerMillisecond;

    public readonly long WindowLastMilliseconds => Cold.WindowLastNanoseconds / NanosecondsPerMillisecond;

    public readonly int PortA => Hot.Key.IsTunnel ? Cold.TunnelPortA : IsReversed ? Hot.Key.SecondPort : Hot.Key.FirstPort;

    public readonly int PortB => Hot.Key.IsTunnel ? Cold.TunnelPortB : IsReversed ? Hot.Key.FirstPort : Hot.Key.SecondPort;

    public readonly string NetworkA => Address(isFirst: !IsReversed);

    public readonly string NetworkB => Address(isFirst: IsReversed);

    public readonly FinishType FinishType => (Hot.State & FlowState.Finished) switch
    {
        FlowState.None => FinishType.NotFinished,
        FlowState.FinishedByFin => FinishType.TcpFin,
        FlowState.FinishedByRst => FinishType.TcpRst,
        _ => FinishType.Timeout,
    };

    /// <summary>The name of the last layer, or the one configured for a port.</summary>
    public readonly string Application(FlowOrigin origin) =>
        origin.ApplicationOf(Cold.Path.Last, Hot.Key.Transport, PortA, PortB);

    /// <summary>What tells the result of <see cref="Application"/> from others of the same table.</summary>
    public readonly ulong ApplicationKey(FlowOrigin origin) => origin.HasConfiguredApplications
        ? (ulong)Cold.Path.Last | ((ulong)Hot.Key.Transport << 8) | ((ulong)PortA << 16) | ((ulong)PortB << 32)
        : (ulong)Cold.Path.Last;

    public readonly Flow ToFlow(FlowOrigin origin)
    {
        ref readonly FlowKey key = ref Hot.Key;
        return new Flow
        {
            UUID = Hexadecimal(Hot.Uuid),
            LayersPath = Cold.Path.ToString(),
            Application = Application(origin),
            Link = (Hot.State & FlowState.HasLink) == 0 ? null : new FlowLayer
            {
                Protocol = "ETHERNET",
                A = new MacAddress(Cold.MacA).ToString(),
                B = new MacAddress(Cold.MacB).ToString(),
                ID = (long)Cold.VlanIdentifiers,
            },
            Network = key.Network == LayerType.None ? null : new FlowLayer
            {
                Protocol = key.Network == LayerType.IPv4 ? "IPV4" : "IPV6",
                A = NetworkA,
                B = NetworkB,
                ID = Cold.TunnelIdentifier,
            },
            Transport = key.Transport == LayerType.None ? null : new FlowTransport
            {
                Protocol = LayerPath.NameOf(key.Transport),
                A = PortA,
                B = PortB,
            },
            ICMP = !key.IsIcmp ? null : new FlowIcmp
            {
                Type = IcmpKind.NameOf(key.IcmpKindNumber),
                Code = key.IcmpCode,
                ID = key.IcmpIdentifier,
            },
            DHCPv4 = Extras?.DhcpV4,
            DNS = Extras?.Dns,
            VRRPv2 = Extras?.VrrpV2,
            LastUpdateMetric = (Hot.State & FlowState.HasWindow) == 0
                ? null
                : Metric(Cold.Window, Cold.WindowStartNanoseconds, Cold.WindowLastNanoseconds),
            Metric = Metric(Hot.Total, Cold.StartNanoseconds, Hot.LastNanoseconds),
            TCPMetric = Extras?.Tcp,
            IPMetric = Extras?.Ip,
            Start = StartMilliseconds,
            Last = LastMilliseconds,
            TrackingID = Hexadecimal(Cold.L2Key),
            L3TrackingID = Hexadecimal(Cold.L3Key),
            ParentUUID = key.Parent == 0 ? string.Empty : Hexadecimal(key.Parent),
            NodeTID = origin.NodeTid,
            CaptureID = origin.CaptureId,
            RawPacketsCaptured = Extras?.PacketsKept ?? 0,
            FinishType = FinishType,
        };
    }

    public static string Hexadecimal(ulong value) => value.ToString("x", CultureInfo.InvariantCulture);

    private readonly string Address(bool isFirst) => isFirst
        ? DecodedPacket.ToIPAddress(Hot.Key.Network, Hot.Key.FirstHigh, Hot.Key.FirstLow).ToString()
        : DecodedPacket.ToIPAddress(Hot.Key.Network, Hot.Key.SecondHigh, Hot.Key.SecondLow).ToString();

    private readonly FlowMetric Metric(in FlowCounters counters, long startNanoseconds, long lastNanoseconds) => new()
    {
        ABPackets = counters.ABPackets,
        ABBytes = counters.ABBytes,
        BAPackets = counters.BAPackets,
        BABytes = counters.BABytes,
        Start = startNanoseconds / NanosecondsPerMillisecond,
        Last = lastNanoseconds / NanosecondsPerMillisecond,
        RTT = Cold.RttNanoseconds,
    };
}
