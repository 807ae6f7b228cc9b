namespace Skydive.Flows.Encoding;

/// <summary>The columns of an encoded block of flows. The numbers are part of the format: new columns get new numbers, none is used again.</summary>
public enum FlowColumn : byte
{
    /// <summary>Which optional parts a flow has, see <see cref="FlowParts"/>.</summary>
    Parts = 0,

    /// <summary>UUID.</summary>
    Uuid = 1,

    /// <summary>LayersPath.</summary>
    LayersPath = 2,

    /// <summary>Application.</summary>
    Application = 3,

    /// <summary>Start.</summary>
    Start = 4,

    /// <summary>Last.</summary>
    Last = 5,

    /// <summary>TrackingID.</summary>
    TrackingId = 6,

    /// <summary>L3TrackingID.</summary>
    L3TrackingId = 7,

    /// <summary>ParentUUID.</summary>
    ParentUuid = 8,

    /// <summary>NodeTID.</summary>
    NodeTid = 9,

    /// <summary>CaptureID.</summary>
    CaptureId = 10,

    /// <summary>RawPacketsCaptured.</summary>
    RawPacketsCaptured = 11,

    /// <summary>FinishType.</summary>
    FinishType = 12,

    /// <summary>Link.Protocol.</summary>
    LinkProtocol = 16,

    /// <summary>Link.A.</summary>
    LinkA = 17,

    /// <summary>Link.B.</summary>
    LinkB = 18,

    /// <summary>Link.ID.</summary>
    LinkId = 19,

    /// <summary>Network.Protocol.</summary>
    NetworkProtocol = 20,

    /// <summary>Network.A.</summary>
    NetworkA = 21,

    /// <summary>Network.B.</summary>
    NetworkB = 22,

    /// <summary>Network.ID.</summary>
    NetworkId = 23,

    /// <summary>Transport.Protocol.</summary>
    TransportProtocol = 24,

    /// <summary>Transport.A.</summary>
    TransportA = 25,

    /// <summary>Transport.B.</summary>
    TransportB = 26,

    /// <summary>Transport.ID.</summary>
    TransportId = 27,

    /// <summary>ICMP.Type.</summary>
    IcmpType = 28,

    /// <summary>ICMP.Code.</summary>
    IcmpCode = 29,

    /// <summary>ICMP.ID.</summary>
    IcmpId = 30,

    /// <summary>Metric.ABPackets.</summary>
    MetricABPackets = 32,

    /// <summary>Metric.ABBytes.</summary>
    MetricABBytes = 33,

    /// <summary>Metric.BAPackets.</summary>
    MetricBAPackets = 34,

    /// <summary>Metric.BABytes.</summary>
    MetricBABytes = 35,

    /// <summary>Metric.Start.</summary>
    MetricStart = 36,

    /// <summary>Metric.Last.</summary>
    MetricLast = 37,

    /// <summary>Metric.RTT.</summary>
    MetricRtt = 38,

    /// <summary>LastUpdateMetric.ABPackets.</summary>
    LastUpdateABPackets = 40,

    /// <summary>LastUpdateMetric.ABBytes.</summary>
    LastUpdateABBytes = 41,

    /// <summary>LastUpdateMetric.BAPackets.</summary>
    LastUpdateBAPackets = 42,

    /// <summary>LastUpdateMetric.BABytes.</summary>
    LastUpdateBABytes = 43,

    /// <summary>LastUpdateMetric.Start.</summary>
    LastUpdateStart = 44,

    /// <summary>LastUpdateMetric.Last.</summary>
    LastUpdateLast = 45,

    /// <summary>LastUpdateMetric.RTT.</summary>
    LastUpdateRtt = 46,

    /// <summary>TCPMetric.ABSynStart.</summary>
    TcpABSynStart = 48,

    /// <summary>TCPMetric.BASynStart.</summary>
    TcpBASynStart = 49,

    /// <summary>TCPMetric.ABSynTTL.</summary>
    TcpABSynTtl = 50,

    /// <summary>TCPMetric.BASynTTL.</summary>
    TcpBASynTtl = 51,

    /// <summary>TCPMetric.ABFinStart.</summary>
    TcpABFinStart = 52,

    /// <summary>TCPMetric.BAFinStart.</summary>
    TcpBAFinStart = 53,

    /// <summary>TCPMetric.ABRstStart.</summary>
    TcpABRstStart = 54,

    /// <summary>TCPMetric.BARstStart.</summary>
    TcpBARstStart = 55,

    /// <summary>TCPMetric.ABSegmentOutOfOrder.</summary>
    TcpABSegmentOutOfOrder = 56,

    /// <summary>TCPMetric.ABSegmentSkipped.</summary>
    TcpABSegmentSkipped = 57,

    /// <summary>TCPMetric.ABSegmentSkippedBytes.</summary>
    TcpABSegmentSkippedBytes = 58,

    /// <summary>TCPMetric.ABPackets.</summary>
    TcpABPackets = 59,

    /// <summary>TCPMetric.ABBytes.</summary>
    TcpABBytes = 60,

    /// <summary>TCPMetric.ABSawStart.</summary>
    TcpABSawStart = 61,

    /// <summary>TCPMetric.ABSawEnd.</summary>
    TcpABSawEnd = 62,

    /// <summary>TCPMetric.BASegmentOutOfOrder.</summary>
    TcpBASegmentOutOfOrder = 63,

    /// <summary>TCPMetric.BASegmentSkipped.</summary>
    TcpBASegmentSkipped = 64,

    /// <summary>TCPMetric.BASegmentSkippedBytes.</summary>
    TcpBASegmentSkippedBytes = 65,

    /// <summary>TCPMetric.BAPackets.</summary>
    TcpBAPackets = 66,

    /// <summary>TCPMetric.BABytes.</summary>
    TcpBABytes = 67,

    /// <summary>TCPMetric.BASawStart.</summary>
    TcpBASawStart = 68,

    /// <summary>TCPMetric.BASawEnd.</summary>
    TcpBASawEnd = 69,

    /// <summary>IPMetric.Fragments.</summary>
    IpFragments = 70,

    /// <summary>IPMetric.FragmentErrors.</summary>
    IpFragmentErrors = 71,

    /// <summary>DNS, as JSON.</summary>
    Dns = 72,

    /// <summary>DHCPv4, as JSON.</summary>
    DhcpV4 = 73,

    /// <summary>VRRPv2, as JSON.</summary>
    VrrpV2 = 74,

    /// <summary>ANodeTID.</summary>
    ANodeTid = 75,

    /// <summary>BNodeTID.</summary>
    BNodeTid = 76,

    /// <summary>SocketA.Process.</summary>
    SocketAProcess = 77,

    /// <summary>SocketA.Pid.</summary>
    SocketAPid = 78,

    /// <summary>SocketA.Name.</summary>
    SocketAName = 79,

    /// <summary>SocketB.Process.</summary>
    SocketBProcess = 80,

    /// <summary>SocketB.Pid.</summary>
    SocketBPid = 81,

    /// <summary>SocketB.Name.</summary>
    SocketBName = 82,
}
