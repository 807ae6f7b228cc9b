using Skydive.Contracts.Metadata;

namespace Skydive.Agent.Blockdev;

/// <summary>
/// How busy a disk was in a span of time, with the keys of Skydive's <c>BlockdevMetric</c> and the formulas of <c>iostat -dx</c>, rounded to whole
/// numbers: rates are per second, sizes KiB, times milliseconds, <c>ReadsMerged</c>, <c>WritesMerged</c> and <c>Utilization</c> percent; zeros are
/// left out. Source: <c>iostat(1)</c>.
/// </summary>
internal static class DiskMetric
{
    private const double SectorsPerKibibyte = 2;

    /// <summary>Makes the metric of what was counted between two times.</summary>
    /// <param name="before">The counters at the first time.</param>
    /// <param name="after">The counters at the second.</param>
    /// <param name="start">The first time, in milliseconds since 1970-01-01 UTC.</param>
    /// <param name="last">The second.</param>
    /// <returns>Null when no time has passed, or the counters began anew: it is another device by the same number.</returns>
    public static MetadataMap? Between(DiskCounters before, DiskCounters after, long start, long last)
    {
        double seconds = (last - start) / 1000.0;
        if (seconds <= 0 || after.Reads < before.Reads || after.Writes < before.Writes || after.SectorsRead < before.SectorsRead
            || after.SectorsWritten < before.SectorsWritten)
        {
            return null;
        }

        long reads = after.Reads - before.Reads;
        long writes = after.Writes - before.Writes;
        long readsMerged = after.ReadsMerged - before.ReadsMerged;
        long writesMerged = after.WritesMerged - before.WritesMerged;
        double kibibytesRead = (after.SectorsRead - before.SectorsRead) / SectorsPerKibibyte;
        double kibibytesWritten = (after.SectorsWritten - before.SectorsWritten) / SectorsPerKibibyte;
        double busy = after.BusyMilliseconds - before.BusyMilliseconds;
        var metric = new MetadataBuilder();
        Set("ReadsPerSec", reads / seconds);
        Set("WritesPerSec", writes / seconds);
        Set("ReadsKBPerSec", kibibytesRead / seconds);
        Set("WritesKBPerSec", kibibytesWritten / seconds);
        Set("ReadsMergedPerSec", readsMerged / seconds);
        Set("WritesMergedPerSec", writesMerged / seconds);
        Set("ReadsMerged", Ratio(100.0 * readsMerged, reads + readsMerged));
        Set("WritesMerged", Ratio(100.0 * writesMerged, writes + writesMerged));
        Set("ReadServiceTime", Ratio(after.ReadMilliseconds - before.ReadMilliseconds, reads));
        Set("WriteServiceTime", Ratio(after.WriteMilliseconds - before.WriteMilliseconds, writes));
        Set("AverageQueueSize", (after.QueueMilliseconds - before.QueueMilliseconds) / (1000 * seconds));
        Set("AverageReadSize", Ratio(kibibytesRead, reads));
        Set("AverageWriteSize", Ratio(kibibytesWritten, writes));
        Set("ServiceTime", Ratio(busy, reads + writes));
        Set("Utilization", Math.Min(100, 100 * busy / (1000 * seconds)));
        return metric.Set("Start", start).Set("Last", last).Build();

        void Set(string key, double value)
        {
            // Some of the kernel's counters have 32 bits and begin anew at their end.
            long rounded = (long)Math.Round(Math.Max(0, value), MidpointRounding.AwayFromZero);
            if (rounded != 0)
            {
                metric.Set(key, rounded);
            }
        }
    }

    private static double Ratio(double amount, long count) => count > 0 ? amount / count : 0;
}
