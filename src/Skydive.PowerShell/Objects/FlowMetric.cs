namespace Skydive;

/// <summary>Counters of a flow over a span of time.</summary>
public sealed class FlowMetric
{
    internal FlowMetric(Contracts.Flows.FlowMetric metric)
    {
        ABPackets = metric.ABPackets;
        ABBytes = metric.ABBytes;
        BAPackets = metric.BAPackets;
        BABytes = metric.BABytes;
        Start = Plain.Time(metric.Start);
        Last = Plain.Time(metric.Last);
        RTT = metric.RTT == 0 ? null : TimeSpan.FromTicks(metric.RTT / 100);
        double seconds = (Last - Start).TotalSeconds;
        BytesPerSecond = seconds > 0 ? (ABBytes + BABytes) / seconds : null;
    }

    /// <summary>Packets from A to B.</summary>
    public long ABPackets { get; }

    /// <summary>Bytes from A to B.</summary>
    public long ABBytes { get; }

    /// <summary>Packets from B to A.</summary>
    public long BAPackets { get; }

    /// <summary>Bytes from B to A.</summary>
    public long BABytes { get; }

    /// <summary>Begin of the span.</summary>
    public DateTimeOffset Start { get; }

    /// <summary>End of the span.</summary>
    public DateTimeOffset Last { get; }

    /// <summary>Round trip time; null when it is not known.</summary>
    public TimeSpan? RTT { get; }

    /// <summary>Bytes of both directions for each second of the span; null for a span without length.</summary>
    public double? BytesPerSecond { get; }
}
