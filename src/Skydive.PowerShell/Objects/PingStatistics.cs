namespace Skydive;

/// <summary>What became of echo requests.</summary>
public sealed class PingStatistics
{
    internal PingStatistics(Contracts.PingMeshes.PingStatistics statistics)
    {
        Sent = statistics.Sent;
        Received = statistics.Received;
        Lost = statistics.Lost;
        LossRatio = statistics.LossRatio;
        Duplicates = statistics.Duplicates;
        Late = statistics.Late;
        Minimum = Time(statistics.RTTMin);
        Average = Time(statistics.RTTAvg);
        Maximum = Time(statistics.RTTMax);
        Last = Time(statistics.RTTLast);
        Percentile50 = Time(statistics.RTTP50);
        Percentile95 = Time(statistics.RTTP95);
        Percentile99 = Time(statistics.RTTP99);
        Jitter = statistics.Received > 0 ? TimeSpan.FromTicks(statistics.Jitter / 100) : null;
    }

    /// <summary>How many requests were sent.</summary>
    public long Sent { get; }

    /// <summary>How many were answered in time.</summary>
    public long Received { get; }

    /// <summary>How many were not.</summary>
    public long Lost { get; }

    /// <summary>Lost to decided, from 0 to 1.</summary>
    public double LossRatio { get; }

    /// <summary>Replies to what had been answered before.</summary>
    public long Duplicates { get; }

    /// <summary>Replies that came after the timeout.</summary>
    public long Late { get; }

    /// <summary>The shortest round trip; null without any.</summary>
    public TimeSpan? Minimum { get; }

    /// <summary>The mean round trip; null without any.</summary>
    public TimeSpan? Average { get; }

    /// <summary>The longest round trip; null without any.</summary>
    public TimeSpan? Maximum { get; }

    /// <summary>The last round trip; null when it is not known.</summary>
    public TimeSpan? Last { get; }

    /// <summary>Half of the round trips were no longer; null when it is not known.</summary>
    public TimeSpan? Percentile50 { get; }

    /// <summary>95 of 100 round trips were no longer; null when it is not known.</summary>
    public TimeSpan? Percentile95 { get; }

    /// <summary>99 of 100 round trips were no longer; null when it is not known.</summary>
    public TimeSpan? Percentile99 { get; }

    /// <summary>How much round trips differ from one to the next, smoothed as RFC 3550 says; null without any.</summary>
    public TimeSpan? Jitter { get; }

    /// <summary>Received of sent.</summary>
    public override string ToString() => $"{Received}/{Sent}";

    private static TimeSpan? Time(long nanoseconds) => nanoseconds > 0 ? TimeSpan.FromTicks(nanoseconds / 100) : null;
}
