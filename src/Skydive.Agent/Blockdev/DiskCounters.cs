using System.Globalization;

namespace Skydive.Agent.Blockdev;

/// <summary>
/// What the kernel has counted for one block device since it is there. Times are milliseconds, a sector has 512 bytes.
/// Source: Documentation/admin-guide/iostats.rst of the kernel.
/// </summary>
internal readonly record struct DiskCounters(
    long Reads,
    long ReadsMerged,
    long SectorsRead,
    long ReadMilliseconds,
    long Writes,
    long WritesMerged,
    long SectorsWritten,
    long WriteMilliseconds,
    long BusyMilliseconds,
    long QueueMilliseconds)
{
    /// <summary>Reads the text of <c>/proc/diskstats</c>.</summary>
    /// <param name="text">The text; lines that are not of its form are left out.</param>
    /// <returns>The counters by number of the device, such as <c>8:0</c>.</returns>
    public static Dictionary<string, DiskCounters> Parse(string text)
    {
        const int FirstCounter = 3;
        const int CounterCount = 11;
        var counters = new Dictionary<string, DiskCounters>(StringComparer.Ordinal);
        long[] values = new long[CounterCount];
        foreach (string line in text.Split('\n'))
        {
            string[] fields = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            bool isComplete = fields.Length >= FirstCounter + CounterCount;
            for (int i = 0; isComplete && i < CounterCount; i++)
            {
                isComplete = long.TryParse(fields[FirstCounter + i], NumberStyles.None, CultureInfo.InvariantCulture, out values[i]);
            }

            if (isComplete)
            {
                // The ninth is how many are under way, which is no counter.
                counters[$"{fields[0]}:{fields[1]}"] = new(
                    values[0], values[1], values[2], values[3], values[4], values[5], values[6], values[7], values[9], values[10]);
            }
        }

        return counters;
    }
}
