using Skydive.Contracts.Metadata;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>
/// The counters of an interface as metadata: <c>Metric</c> has the totals since it was made, <c>LastUpdateMetric</c> what was counted from
/// <c>Start</c> to <c>Last</c> (milliseconds since 1970-01-01 UTC). Counters that counted nothing are left out.
/// </summary>
internal sealed class LinkCounters
{
    private const int StartPlace = 14;
    private const int LastPlace = 1;

    private static readonly (string Name, Func<LinkStatistics, ulong> Get)[] s_counters =
    [
        ("Collisions", static statistics => statistics.Collisions),
        ("Last", static _ => 0),
        ("Multicast", static statistics => statistics.Multicast),
        ("RxBytes", static statistics => statistics.RxBytes),
        ("RxCompressed", static statistics => statistics.RxCompressed),
        ("RxCrcErrors", static statistics => statistics.RxCrcErrors),
        ("RxDropped", static statistics => statistics.RxDropped),
        ("RxErrors", static statistics => statistics.RxErrors),
        ("RxFifoErrors", static statistics => statistics.RxFifoErrors),
        ("RxFrameErrors", static statistics => statistics.RxFrameErrors),
        ("RxLengthErrors", static statistics => statistics.RxLengthErrors),
        ("RxMissedErrors", static statistics => statistics.RxMissedErrors),
        ("RxOverErrors", static statistics => statistics.RxOverErrors),
        ("RxPackets", static statistics => statistics.RxPackets),
        ("Start", static _ => 0),
        ("TxAbortedErrors", static statistics => statistics.TxAbortedErrors),
        ("TxBytes", static statistics => statistics.TxBytes),
        ("TxCarrierErrors", static statistics => statistics.TxCarrierErrors),
        ("TxCompressed", static statistics => statistics.TxCompressed),
        ("TxDropped", static statistics => statistics.TxDropped),
        ("TxErrors", static statistics => statistics.TxErrors),
        ("TxFifoErrors", static statistics => statistics.TxFifoErrors),
        ("TxHeartbeatErrors", static statistics => statistics.TxHeartbeatErrors),
        ("TxPackets", static statistics => statistics.TxPackets),
        ("TxWindowErrors", static statistics => statistics.TxWindowErrors),
    ];

    private static readonly MetadataShape s_shape = new([.. s_counters.Select(static counter => counter.Name)]);

    private LinkStatistics _total;
    private long _readAt;

    /// <summary>Begins to count from what was counted until now.</summary>
    /// <param name="statistics">The counters.</param>
    /// <param name="now">When they were read, in milliseconds since 1970-01-01 UTC.</param>
    public LinkCounters(LinkStatistics statistics, long now)
    {
        _total = statistics;
        _readAt = now;
        Metric = Build(statistics, null, null, now) ?? default(MetadataValue);
    }

    /// <summary>The totals; null when nothing was counted.</summary>
    public MetadataValue Metric { get; private set; }

    /// <summary>The newest sample of an interval in which something was counted; null when there was none.</summary>
    public MetadataValue LastUpdate { get; private set; }

    /// <summary>Takes the counters as they are now.</summary>
    /// <param name="statistics">The counters. When one is smaller than before, all have been set back to zero meanwhile.</param>
    /// <param name="now">When they were read, in milliseconds since 1970-01-01 UTC.</param>
    /// <returns>Whether anything was counted since they were read before.</returns>
    public bool Update(LinkStatistics statistics, long now)
    {
        var (before, start) = (_total, _readAt);
        _total = statistics;
        _readAt = now;
        if (statistics.Equals(before))
        {
            return false;
        }

        if (Array.Exists(s_counters, counter => counter.Get(statistics) < counter.Get(before)))
        {
            before = new();
        }

        if (Build(statistics, before, start, now) is not { } sample)
        {
            return false;
        }

        LastUpdate = sample;
        Metric = Build(statistics, null, null, now) ?? default(MetadataValue);
        return true;
    }

    private static MetadataMap? Build(LinkStatistics statistics, LinkStatistics? before, long? start, long last)
    {
        var values = new MetadataValue[s_counters.Length];
        bool hasCounted = false;
        for (int i = 0; i < values.Length; i++)
        {
            ulong count = s_counters[i].Get(statistics) - (before is null ? 0 : s_counters[i].Get(before));
            if (count != 0)
            {
                values[i] = (long)Math.Min(count, long.MaxValue);
                hasCounted = true;
            }
        }

        if (!hasCounted)
        {
            return null;
        }

        values[StartPlace] = start is { } time ? time : default(MetadataValue);
        values[LastPlace] = last;
        return s_shape.Build(values);
    }
}
