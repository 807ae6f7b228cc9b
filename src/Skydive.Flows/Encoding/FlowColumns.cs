using System.Text.Json;
using Skydive.Contracts;
using Skydive.Contracts.Flows;

namespace Skydive.Flows.Encoding;

/// <summary>What the columns of a block of flows hold, in the order in which they are written: a column after the one it is relative to.</summary>
internal static class FlowColumns
{
    public static readonly FlowColumnDefinition[] All =
    [
        Number(FlowColumn.Parts, static flow => (long)PartsOf(flow)),
        Text(FlowColumn.Uuid, static flow => flow.UUID),
        Text(FlowColumn.LayersPath, static flow => flow.LayersPath),
        Text(FlowColumn.Application, static flow => flow.Application),
        Number(FlowColumn.Start, static flow => flow.Start),
        Number(FlowColumn.Last, static flow => flow.Last, relativeTo: FlowColumn.Start),
        Text(FlowColumn.TrackingId, static flow => flow.TrackingID),
        Text(FlowColumn.L3TrackingId, static flow => flow.L3TrackingID),
        Text(FlowColumn.ParentUuid, static flow => flow.ParentUUID),
        Text(FlowColumn.NodeTid, static flow => flow.NodeTID),
        Text(FlowColumn.CaptureId, static flow => flow.CaptureID),
        Number(FlowColumn.RawPacketsCaptured, static flow => flow.RawPacketsCaptured),
        Number(FlowColumn.FinishType, static flow => (long)flow.FinishType),
        Text(FlowColumn.LinkProtocol, static flow => flow.Link!.Protocol, FlowParts.Link),
        Text(FlowColumn.LinkA, static flow => flow.Link!.A, FlowParts.Link),
        Text(FlowColumn.LinkB, static flow => flow.Link!.B, FlowParts.Link),
        Number(FlowColumn.LinkId, static flow => flow.Link!.ID, FlowParts.Link),
        Text(FlowColumn.NetworkProtocol, static flow => flow.Network!.Protocol, FlowParts.Network),
        Text(FlowColumn.NetworkA, static flow => flow.Network!.A, FlowParts.Network),
        Text(FlowColumn.NetworkB, static flow => flow.Network!.B, FlowParts.Network),
        Number(FlowColumn.NetworkId, static flow => flow.Network!.ID, FlowParts.Network),
        Text(FlowColumn.TransportProtocol, static flow => flow.Transport!.Protocol, FlowParts.Transport),
        Number(FlowColumn.TransportA, static flow => flow.Transport!.A, FlowParts.Transport),
        Number(FlowColumn.TransportB, static flow => flow.Transport!.B, FlowParts.Transport),
        Number(FlowColumn.TransportId, static flow => flow.Transport!.ID, FlowParts.Transport),
        Text(FlowColumn.IcmpType, static flow => flow.ICMP!.Type, FlowParts.Icmp),
        Number(FlowColumn.IcmpCode, static flow => flow.ICMP!.Code, FlowParts.Icmp),
        Number(FlowColumn.IcmpId, static flow => flow.ICMP!.ID, FlowParts.Icmp),
        Number(FlowColumn.MetricABPackets, static flow => flow.Metric!.ABPackets, FlowParts.Metric),
        Number(FlowColumn.MetricABBytes, static flow => flow.Metric!.ABBytes, FlowParts.Metric),
        Number(FlowColumn.MetricBAPackets, static flow => flow.Metric!.BAPackets, FlowParts.Metric),
        Number(FlowColumn.MetricBABytes, static flow => flow.Metric!.BABytes, FlowParts.Metric),
        Number(FlowColumn.MetricStart, static flow => flow.Metric!.Start, FlowParts.Metric, FlowColumn.Start),
        Number(FlowColumn.MetricLast, static flow => flow.Metric!.Last, FlowParts.Metric, FlowColumn.Last),
        Number(FlowColumn.MetricRtt, static flow => flow.Metric!.RTT, FlowParts.Metric),
        Number(FlowColumn.LastUpdateABPackets, static flow => flow.LastUpdateMetric!.ABPackets, FlowParts.LastUpdateMetric),
        Number(FlowColumn.LastUpdateABBytes, static flow => flow.LastUpdateMetric!.ABBytes, FlowParts.LastUpdateMetric),
        Number(FlowColumn.LastUpdateBAPackets, static flow => flow.LastUpdateMetric!.BAPackets, FlowParts.LastUpdateMetric),
        Number(FlowColumn.LastUpdateBABytes, static flow => flow.LastUpdateMetric!.BABytes, FlowParts.LastUpdateMetric),
        Number(FlowColumn.LastUpdateStart, static flow => flow.LastUpdateMetric!.Start, FlowParts.LastUpdateMetric),
        Number(FlowColumn.LastUpdateLast, static flow => flow.LastUpdateMetric!.Last, FlowParts.LastUpdateMetric),
        Number(FlowColumn.LastUpdateRtt, static flow => flow.LastUpdateMetric!.RTT, FlowParts.LastUpdateMetric),
        Number(FlowColumn.TcpABSynStart, static flow => flow.TCPMetric!.ABSynStart, FlowParts.TcpMetric),
        Number(FlowColumn.TcpBASynStart, static flow => flow.TCPMetric!.BASynStart, FlowParts.TcpMetric),
        Number(FlowColumn.TcpABSynTtl, static flow => flow.TCPMetric!.ABSynTTL, FlowParts.TcpMetric),
        Number(FlowColumn.TcpBASynTtl, static flow => flow.TCPMetric!.BASynTTL, FlowParts.TcpMetric),
        Number(FlowColumn.TcpABFinStart, static flow => flow.TCPMetric!.ABFinStart, FlowParts.TcpMetric),
        Number(FlowColumn.TcpBAFinStart, static flow => flow.TCPMetric!.BAFinStart, FlowParts.TcpMetric),
        Number(FlowColumn.TcpABRstStart, static flow => flow.TCPMetric!.ABRstStart, FlowParts.TcpMetric),
        Number(FlowColumn.TcpBARstStart, static flow => flow.TCPMetric!.BARstStart, FlowParts.TcpMetric),
        Number(FlowColumn.TcpABSegmentOutOfOrder, static flow => flow.TCPMetric!.ABSegmentOutOfOrder, FlowParts.TcpMetric),
        Number(FlowColumn.TcpABSegmentSkipped, static flow => flow.TCPMetric!.ABSegmentSkipped, FlowParts.TcpMetric),
        Number(FlowColumn.TcpABSegmentSkippedBytes, static flow => flow.TCPMetric!.ABSegmentSkippedBytes, FlowParts.TcpMetric),
        Number(FlowColumn.TcpABPackets, static flow => flow.TCPMetric!.ABPackets, FlowParts.TcpMetric),
        Number(FlowColumn.TcpABBytes, static flow => flow.TCPMetric!.ABBytes, FlowParts.TcpMetric),
        Number(FlowColumn.TcpABSawStart, static flow => flow.TCPMetric!.ABSawStart, FlowParts.TcpMetric),
        Number(FlowColumn.TcpABSawEnd, static flow => flow.TCPMetric!.ABSawEnd, FlowParts.TcpMetric),
        Number(FlowColumn.TcpBASegmentOutOfOrder, static flow => flow.TCPMetric!.BASegmentOutOfOrder, FlowParts.TcpMetric),
        Number(FlowColumn.TcpBASegmentSkipped, static flow => flow.TCPMetric!.BASegmentSkipped, FlowParts.TcpMetric),
        Number(FlowColumn.TcpBASegmentSkippedBytes, static flow => flow.TCPMetric!.BASegmentSkippedBytes, FlowParts.TcpMetric),
        Number(FlowColumn.TcpBAPackets, static flow => flow.TCPMetric!.BAPackets, FlowParts.TcpMetric),
        Number(FlowColumn.TcpBABytes, static flow => flow.TCPMetric!.BABytes, FlowParts.TcpMetric),
        Number(FlowColumn.TcpBASawStart, static flow => flow.TCPMetric!.BASawStart, FlowParts.TcpMetric),
        Number(FlowColumn.TcpBASawEnd, static flow => flow.TCPMetric!.BASawEnd, FlowParts.TcpMetric),
        Number(FlowColumn.IpFragments, static flow => flow.IPMetric!.Fragments, FlowParts.IpMetric),
        Number(FlowColumn.IpFragmentErrors, static flow => flow.IPMetric!.FragmentErrors, FlowParts.IpMetric),
        Text(FlowColumn.Dns, static flow => JsonSerializer.Serialize(flow.DNS!, ContractsJsonContext.Default.DnsLayer), FlowParts.Dns),
        Text(FlowColumn.DhcpV4, static flow => JsonSerializer.Serialize(flow.DHCPv4!, ContractsJsonContext.Default.DhcpV4Layer), FlowParts.DhcpV4),
        Text(FlowColumn.VrrpV2, static flow => JsonSerializer.Serialize(flow.VRRPv2!, ContractsJsonContext.Default.VrrpV2Layer), FlowParts.VrrpV2),
        Text(FlowColumn.ANodeTid, static flow => flow.ANodeTID!, FlowParts.ANode),
        Text(FlowColumn.BNodeTid, static flow => flow.BNodeTID!, FlowParts.BNode),
        Text(FlowColumn.SocketAProcess, static flow => flow.SocketA!.Process, FlowParts.SocketA),
        Number(FlowColumn.SocketAPid, static flow => flow.SocketA!.Pid, FlowParts.SocketA),
        Text(FlowColumn.SocketAName, static flow => flow.SocketA!.Name, FlowParts.SocketA),
        Text(FlowColumn.SocketBProcess, static flow => flow.SocketB!.Process, FlowParts.SocketB),
        Number(FlowColumn.SocketBPid, static flow => flow.SocketB!.Pid, FlowParts.SocketB),
        Text(FlowColumn.SocketBName, static flow => flow.SocketB!.Name, FlowParts.SocketB),
    ];

    private static readonly FlowColumnDefinition?[] s_byNumber = IndexByNumber();

    /// <summary>One more than the largest number of a column.</summary>
    public static int Count => s_byNumber.Length;

    /// <summary>The definition of a column, null for a number that is none.</summary>
    public static FlowColumnDefinition? Find(FlowColumn column) => (int)column < s_byNumber.Length ? s_byNumber[(int)column] : null;

    public static FlowParts PartsOf(Flow flow) =>
        (flow.Link is null ? 0 : FlowParts.Link) | (flow.Network is null ? 0 : FlowParts.Network) | (flow.Transport is null ? 0 : FlowParts.Transport)
        | (flow.ICMP is null ? 0 : FlowParts.Icmp) | (flow.Metric is null ? 0 : FlowParts.Metric)
        | (flow.LastUpdateMetric is null ? 0 : FlowParts.LastUpdateMetric) | (flow.TCPMetric is null ? 0 : FlowParts.TcpMetric)
        | (flow.IPMetric is null ? 0 : FlowParts.IpMetric) | (flow.DNS is null ? 0 : FlowParts.Dns)
        | (flow.DHCPv4 is null ? 0 : FlowParts.DhcpV4) | (flow.VRRPv2 is null ? 0 : FlowParts.VrrpV2)
        | (flow.ANodeTID is null ? 0 : FlowParts.ANode) | (flow.BNodeTID is null ? 0 : FlowParts.BNode)
        | (flow.SocketA is null ? 0 : FlowParts.SocketA) | (flow.SocketB is null ? 0 : FlowParts.SocketB);

    private static FlowColumnDefinition Number(
        FlowColumn column, Func<Flow, long> value, FlowParts part = FlowParts.None, FlowColumn? relativeTo = null) =>
        new(column, part, value, null, relativeTo);

    private static FlowColumnDefinition Text(FlowColumn column, Func<Flow, string> value, FlowParts part = FlowParts.None) =>
        new(column, part, null, value, null);

    private static FlowColumnDefinition?[] IndexByNumber()
    {
        var definitions = new FlowColumnDefinition?[All.Max(static definition => (int)definition.Column) + 1];
        foreach (FlowColumnDefinition definition in All)
        {
            definitions[(int)definition.Column] = definition;
        }

        return definitions;
    }
}
