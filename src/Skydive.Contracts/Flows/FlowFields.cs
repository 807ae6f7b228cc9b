using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Flows;

/// <summary>The fields of a flow by name, as filters, sorting and Values() ask for them.</summary>
public static class FlowFields
{
    private static readonly string[] s_names =
    [
        "UUID", "LayersPath", "Application", "Link.Protocol", "Link.A", "Link.B", "Link.ID", "Network.Protocol", "Network.A", "Network.B", "Network.ID",
        "Transport.Protocol", "Transport.A", "Transport.B", "Transport.ID", "ICMP.Type", "ICMP.Code", "ICMP.ID", "Start", "Last", "TrackingID",
        "L3TrackingID", "ParentUUID", "NodeTID", "ANodeTID", "BNodeTID", "SocketA.Process", "SocketA.Pid", "SocketA.Name", "SocketB.Process", "SocketB.Pid",
        "SocketB.Name", "CaptureID", "RawPacketsCaptured", "FinishType", "Metric.ABPackets", "Metric.ABBytes",
        "Metric.BAPackets", "Metric.BABytes", "Metric.Start", "Metric.Last", "Metric.RTT", "LastUpdateMetric.ABPackets", "LastUpdateMetric.ABBytes",
        "LastUpdateMetric.BAPackets", "LastUpdateMetric.BABytes", "LastUpdateMetric.Start", "LastUpdateMetric.Last", "LastUpdateMetric.RTT",
        "TCPMetric.ABSynStart", "TCPMetric.BASynStart", "TCPMetric.ABSynTTL", "TCPMetric.BASynTTL", "TCPMetric.ABFinStart", "TCPMetric.BAFinStart",
        "TCPMetric.ABRstStart", "TCPMetric.BARstStart",
        "TCPMetric.ABSegmentOutOfOrder", "TCPMetric.ABSegmentSkipped", "TCPMetric.ABSegmentSkippedBytes", "TCPMetric.ABPackets", "TCPMetric.ABBytes",
        "TCPMetric.ABSawStart", "TCPMetric.ABSawEnd",
        "TCPMetric.BASegmentOutOfOrder", "TCPMetric.BASegmentSkipped", "TCPMetric.BASegmentSkippedBytes", "TCPMetric.BAPackets", "TCPMetric.BABytes",
        "TCPMetric.BASawStart", "TCPMetric.BASawEnd", "IPMetric.Fragments", "IPMetric.FragmentErrors",
        .. ExtraLayerFields.Names,
    ];

    /// <summary>The names of all fields that a flow can have, in a fixed order, without aliases.</summary>
    public static IReadOnlyList<string> Names => s_names;

    /// <summary>The value of a field; null when the flow has none.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="name">The field's name.</param>
    public static MetadataValue Get(Flow flow, string name)
    {
        int dot = name.IndexOf('.', StringComparison.Ordinal);
        if (dot < 0)
        {
            return GetSimple(flow, name);
        }

        var group = name.AsSpan(0, dot);
        var field = name.AsSpan(dot + 1);
        return group switch
        {
            "Link" => Get(flow.Link, field),
            "Network" => Get(flow.Network, field),
            "Transport" => Get(flow.Transport, field),
            "ICMP" => Get(flow.ICMP, field),
            "Metric" => Get(flow.Metric, field),
            "LastUpdateMetric" => Get(flow.LastUpdateMetric, field),
            "TCPMetric" => Get(flow.TCPMetric, field),
            "IPMetric" => Get(flow.IPMetric, field),
            "SocketA" => Get(flow.SocketA, field),
            "SocketB" => Get(flow.SocketB, field),
            "DNS" => ExtraLayerFields.Get(flow.DNS, field),
            "DHCPv4" => ExtraLayerFields.Get(flow.DHCPv4, field),
            "VRRPv2" => ExtraLayerFields.Get(flow.VRRPv2, field),
            _ when flow.Link is { } link && group.SequenceEqual(link.Protocol) => Get(link, field),
            _ when flow.Network is { } network && group.SequenceEqual(network.Protocol) => Get(network, field),
            _ when flow.Transport is { } transport && group.SequenceEqual(transport.Protocol) => Get(transport, field),
            _ => default,
        };
    }

    private static MetadataValue GetSimple(Flow flow, string name) => name switch
    {
        "UUID" => flow.UUID,
        "LayersPath" => flow.LayersPath,
        "Application" => flow.Application,
        "Link" => Both(flow.Link),
        "Network" => Both(flow.Network),
        "Transport" => flow.Transport is { } transport ? MetadataValue.List(transport.A, transport.B) : default,
        "Start" => flow.Start,
        "Last" => flow.Last,
        "TrackingID" => flow.TrackingID,
        "L3TrackingID" => flow.L3TrackingID,
        "ParentUUID" => flow.ParentUUID,
        "NodeTID" => flow.NodeTID,
        "ANodeTID" => flow.ANodeTID is { } a ? a : default(MetadataValue),
        "BNodeTID" => flow.BNodeTID is { } b ? b : default(MetadataValue),
        "CaptureID" => flow.CaptureID,
        "RawPacketsCaptured" => flow.RawPacketsCaptured,
        "FinishType" => (int)flow.FinishType,
        _ => default,
    };

    private static MetadataValue Both(FlowLayer? layer) => layer is null ? default : MetadataValue.List(layer.A, layer.B);

    private static MetadataValue Get(FlowLayer? layer, ReadOnlySpan<char> field) => layer is null ? default : field switch
    {
        "Protocol" => layer.Protocol,
        "A" => layer.A,
        "B" => layer.B,
        "ID" => layer.ID,
        _ => default(MetadataValue),
    };

    private static MetadataValue Get(FlowTransport? transport, ReadOnlySpan<char> field) => transport is null ? default : field switch
    {
        "Protocol" => transport.Protocol,
        "A" => transport.A,
        "B" => transport.B,
        "ID" => transport.ID,
        _ => default(MetadataValue),
    };

    private static MetadataValue Get(FlowIcmp? icmp, ReadOnlySpan<char> field) => icmp is null ? default : field switch
    {
        "Type" => icmp.Type,
        "Code" => icmp.Code,
        "ID" => icmp.ID,
        _ => default(MetadataValue),
    };

    private static MetadataValue Get(FlowMetric? metric, ReadOnlySpan<char> field) => metric is null ? default : field switch
    {
        "ABPackets" => metric.ABPackets,
        "ABBytes" => metric.ABBytes,
        "BAPackets" => metric.BAPackets,
        "BABytes" => metric.BABytes,
        "Start" => metric.Start,
        "Last" => metric.Last,
        "RTT" => metric.RTT,
        _ => default(MetadataValue),
    };

    private static MetadataValue Get(FlowSocket? socket, ReadOnlySpan<char> field) => socket is null ? default : field switch
    {
        "Process" => socket.Process,
        "Pid" => socket.Pid,
        "Name" => socket.Name,
        _ => default(MetadataValue),
    };

    private static MetadataValue Get(IpMetric? metric, ReadOnlySpan<char> field) => metric is null ? default : field switch
    {
        "Fragments" => metric.Fragments,
        "FragmentErrors" => metric.FragmentErrors,
        _ => default(MetadataValue),
    };

    private static MetadataValue Get(TcpMetric? metric, ReadOnlySpan<char> field) => metric is null ? default : field switch
    {
        "ABSynStart" => metric.ABSynStart,
        "BASynStart" => metric.BASynStart,
        "ABSynTTL" => metric.ABSynTTL,
        "BASynTTL" => metric.BASynTTL,
        "ABFinStart" => metric.ABFinStart,
        "BAFinStart" => metric.BAFinStart,
        "ABRstStart" => metric.ABRstStart,
        "BARstStart" => metric.BARstStart,
        "ABSegmentOutOfOrder" => metric.ABSegmentOutOfOrder,
        "ABSegmentSkipped" => metric.ABSegmentSkipped,
        "ABSegmentSkippedBytes" => metric.ABSegmentSkippedBytes,
        "ABPackets" => metric.ABPackets,
        "ABBytes" => metric.ABBytes,
        "ABSawStart" => metric.ABSawStart,
        "ABSawEnd" => metric.ABSawEnd,
        "BASegmentOutOfOrder" => metric.BASegmentOutOfOrder,
        "BASegmentSkipped" => metric.BASegmentSkipped,
        "BASegmentSkippedBytes" => metric.BASegmentSkippedBytes,
        "BAPackets" => metric.BAPackets,
        "BABytes" => metric.BABytes,
        "BASawStart" => metric.BASawStart,
        "BASawEnd" => metric.BASawEnd,
        _ => default(MetadataValue),
    };
}
