using System.Text.Json.Serialization;

namespace Skydive.Contracts.PingMeshes;

/// <summary>
/// What became of echo requests. Every request that was sent ends as received or lost; those not yet decided are the difference. Times are in
/// nanoseconds, 0 when nothing was received.
/// </summary>
public sealed record PingStatistics
{
    /// <summary>How many requests were sent, those that the kernel refused included.</summary>
    public long Sent { get; init; }

    /// <summary>How many were answered in time.</summary>
    public long Received { get; init; }

    /// <summary>How many were not.</summary>
    public long Lost { get; init; }

    /// <summary>Replies to what had been answered before.</summary>
    public long Duplicates { get; init; }

    /// <summary>Replies that came after the timeout; their requests stay lost.</summary>
    public long Late { get; init; }

    /// <summary>The shortest round trip.</summary>
    public long RTTMin { get; init; }

    /// <summary>The mean round trip.</summary>
    public long RTTAvg => Received > 0 ? RTTSum / Received : 0;

    /// <summary>The longest round trip.</summary>
    public long RTTMax { get; init; }

    /// <summary>The last round trip; 0 in sums.</summary>
    public long RTTLast { get; init; }

    /// <summary>All round trips together.</summary>
    public long RTTSum { get; init; }

    /// <summary>Half of the round trips were no longer, by a histogram whose steps are a sixteenth; 0 where none is kept.</summary>
    public long RTTP50 { get; init; }

    /// <summary>95 of 100 round trips were no longer.</summary>
    public long RTTP95 { get; init; }

    /// <summary>99 of 100 round trips were no longer.</summary>
    public long RTTP99 { get; init; }

    /// <summary>
    /// How much round trips differ from one to the next, smoothed as RFC 3550 6.4.1 says: J += (|D| − J) / 16. In sums the mean over what was
    /// received.
    /// </summary>
    public long Jitter { get; init; }

    /// <summary>Lost to decided, from 0 to 1.</summary>
    public double LossRatio => Lost + Received > 0 ? (double)Lost / (Lost + Received) : 0;

    /// <summary>Several together. Percentiles do not add up: those of one alone stay, else they are 0.</summary>
    /// <param name="parts">What to sum.</param>
    public static PingStatistics Sum(IEnumerable<PingStatistics> parts)
    {
        ArgumentNullException.ThrowIfNull(parts);
        PingStatistics? only = null;
        int count = 0;
        long sent = 0, received = 0, lost = 0, duplicates = 0, late = 0, minimum = 0, maximum = 0, sum = 0;
        double jitter = 0;
        foreach (var part in parts)
        {
            only = part;
            count++;
            sent += part.Sent;
            received += part.Received;
            lost += part.Lost;
            duplicates += part.Duplicates;
            late += part.Late;
            if (part.Received > 0)
            {
                minimum = minimum == 0 ? part.RTTMin : Math.Min(minimum, part.RTTMin);
                maximum = Math.Max(maximum, part.RTTMax);
                sum += part.RTTSum;
                jitter += (double)part.Jitter * part.Received;
            }
        }

        return count == 1 ? only! : new()
        {
            Sent = sent,
            Received = received,
            Lost = lost,
            Duplicates = duplicates,
            Late = late,
            RTTMin = minimum,
            RTTMax = maximum,
            RTTSum = sum,
            Jitter = received > 0 ? (long)(jitter / received) : 0,
        };
    }
}
