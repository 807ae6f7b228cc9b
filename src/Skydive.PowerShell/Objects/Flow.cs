using Skydive.Contracts.Flows;

namespace Skydive;

/// <summary>One conversation seen at one capture point. A is the side that sent the first packet seen. Absent layers are null.</summary>
public sealed class Flow
{
    internal Flow(Contracts.Flows.Flow flow)
    {
        UUID = flow.UUID;
        LayersPath = flow.LayersPath;
        Application = flow.Application;
        Link = flow.Link;
        Network = flow.Network;
        Transport = flow.Transport;
        ICMP = flow.ICMP;
        Metric = flow.Metric is { } metric ? new(metric) : null;
        LastUpdateMetric = flow.LastUpdateMetric is { } last ? new(last) : null;
        TCPMetric = flow.TCPMetric is { } tcp ? new(tcp) : null;
        Protocol = flow.Transport?.Protocol ?? flow.Network?.Protocol ?? flow.Link?.Protocol ?? string.Empty;
        A = End(flow, static layer => layer.A, flow.Transport?.A);
        B = End(flow, static layer => layer.B, flow.Transport?.B);
        Start = Plain.Time(flow.Start);
        Last = Plain.Time(flow.Last);
        TrackingID = flow.TrackingID;
        L3TrackingID = flow.L3TrackingID;
        ParentUUID = flow.ParentUUID;
        NodeTID = flow.NodeTID;
        CaptureID = flow.CaptureID;
        RawPacketsCaptured = flow.RawPacketsCaptured;
        FinishType = flow.FinishType;
    }

    /// <summary>Identity of this flow at this capture point.</summary>
    public string UUID { get; }

    /// <summary>Names of the decoded layers joined by '/'.</summary>
    public string LayersPath { get; }

    /// <summary>Last layer of the path, or the name configured for its port.</summary>
    public string Application { get; }

    /// <summary>The highest protocol that has ends: TCP, UDP, SCTP, IPV4, IPV6 or ETHERNET.</summary>
    public string Protocol { get; }

    /// <summary>The side that sent the first packet: address and port.</summary>
    public string A { get; }

    /// <summary>The other side: address and port.</summary>
    public string B { get; }

    /// <summary>Packets from A to B.</summary>
    public long ABPackets => Metric?.ABPackets ?? 0;

    /// <summary>Bytes from A to B.</summary>
    public long ABBytes => Metric?.ABBytes ?? 0;

    /// <summary>Packets from B to A.</summary>
    public long BAPackets => Metric?.BAPackets ?? 0;

    /// <summary>Bytes from B to A.</summary>
    public long BABytes => Metric?.BABytes ?? 0;

    /// <summary>Round trip time; null when it is not known.</summary>
    public TimeSpan? RTT => Metric?.RTT;

    /// <summary>When the first packet was seen.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>When the last packet was seen.</summary>
    public DateTimeOffset Last { get; }

    /// <summary>MAC addresses and VLANs.</summary>
    public FlowLayer? Link { get; }

    /// <summary>IP addresses and tunnel identifier.</summary>
    public FlowLayer? Network { get; }

    /// <summary>Ports.</summary>
    public FlowTransport? Transport { get; }

    /// <summary>ICMP type, code and identifier.</summary>
    public FlowIcmp? ICMP { get; }

    /// <summary>Counters since the flow's start.</summary>
    public FlowMetric? Metric { get; }

    /// <summary>Counters of the last update window.</summary>
    public FlowMetric? LastUpdateMetric { get; }

    /// <summary>TCP details, when the capture asked for them.</summary>
    public TcpMetric? TCPMetric { get; }

    /// <summary>The same at every capture point that sees the same MAC addresses.</summary>
    public string TrackingID { get; }

    /// <summary>The same at every capture point, whatever the MAC addresses.</summary>
    public string L3TrackingID { get; }

    /// <summary>UUID of the flow of the tunnel around this one; empty for the outermost.</summary>
    public string ParentUUID { get; }

    /// <summary>Topology identifier of the node where it was captured.</summary>
    public string NodeTID { get; }

    /// <summary>Identifier of the capture; empty for flows read from a file.</summary>
    public string CaptureID { get; }

    /// <summary>How many of its packets were kept.</summary>
    public long RawPacketsCaptured { get; }

    /// <summary>How the flow ended.</summary>
    public FinishType FinishType { get; }

    /// <summary>Application and both sides.</summary>
    public override string ToString() => $"{Application} {A} -> {B}";

    private static string End(Contracts.Flows.Flow flow, Func<FlowLayer, string> side, int? port)
    {
        string address = flow.Network is { } network ? side(network) : flow.Link is { } link ? side(link) : string.Empty;
        return port is null ? address : flow.Network?.Protocol == "IPV6" ? $"[{address}]:{port}" : $"{address}:{port}";
    }
}
