using Skydive.PowerShell;

namespace Skydive;

/// <summary>The sums over a group of flows.</summary>
public sealed class FlowMeasurement
{
    private TimeSpan _rttSum;
    private long _rttCount;

    internal FlowMeasurement(FlowGrouping groupBy, string name)
    {
        GroupBy = groupBy;
        Name = name;
    }

    /// <summary>What the flows have in common.</summary>
    public FlowGrouping GroupBy { get; }

    /// <summary>The value that they have in common; empty when one group holds all.</summary>
    public string Name { get; internal set; }

    /// <summary>How many flows there are. One that several captures saw counts at each of them.</summary>
    public long Count { get; private set; }

    /// <summary>Packets of both directions.</summary>
    public long Packets => ABPackets + BAPackets;

    /// <summary>Bytes of both directions.</summary>
    public long Bytes => ABBytes + BABytes;

    /// <summary>Packets from A to B.</summary>
    public long ABPackets { get; private set; }

    /// <summary>Bytes from A to B.</summary>
    public long ABBytes { get; private set; }

    /// <summary>Packets from B to A.</summary>
    public long BAPackets { get; private set; }

    /// <summary>Bytes from B to A.</summary>
    public long BABytes { get; private set; }

    /// <summary>When the first packet was seen; null without flows.</summary>
    public DateTimeOffset? Start { get; private set; }

    /// <summary>When the last packet was seen; null without flows.</summary>
    public DateTimeOffset? Last { get; private set; }

    /// <summary>From the first packet to the last.</summary>
    public TimeSpan Duration => Last - Start ?? TimeSpan.Zero;

    /// <summary>Bytes for each second of the duration; null when there is none.</summary>
    public double? BytesPerSecond => Duration > TimeSpan.Zero ? Bytes / Duration.TotalSeconds : null;

    /// <summary>Packets for each second of the duration; null when there is none.</summary>
    public double? PacketsPerSecond => Duration > TimeSpan.Zero ? Packets / Duration.TotalSeconds : null;

    /// <summary>The shortest round trip time; null when none is known.</summary>
    public TimeSpan? MinimumRTT { get; private set; }

    /// <summary>The mean of the round trip times of flows that have one; null when none is known.</summary>
    public TimeSpan? AverageRTT => _rttCount > 0 ? _rttSum / _rttCount : null;

    /// <summary>The longest round trip time; null when none is known.</summary>
    public TimeSpan? MaximumRTT { get; private set; }

    /// <summary>Name and sums.</summary>
    public override string ToString() => $"{Name} {Count} flows, {ViewText.Bytes(Bytes)}".Trim();

    internal void Add(FlowValues flow)
    {
        Count++;
        ABPackets += flow.AbPackets;
        ABBytes += flow.AbBytes;
        BAPackets += flow.BaPackets;
        BABytes += flow.BaBytes;
        Start = Start is null || flow.Start < Start ? flow.Start : Start;
        Last = Last is null || flow.Last > Last ? flow.Last : Last;
        if (flow.Rtt is { } rtt)
        {
            _rttSum += rtt;
            _rttCount++;
            MinimumRTT = MinimumRTT is null || rtt < MinimumRTT ? rtt : MinimumRTT;
            MaximumRTT = MaximumRTT is null || rtt > MaximumRTT ? rtt : MaximumRTT;
        }
    }
}
