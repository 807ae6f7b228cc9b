using System.Numerics;

namespace Skydive.Storage.Sqlite;

/// <summary>
/// Spans of time grouped by how long they are, so that those that meet a time are found by an index: a span of class k is shorter than 2^k
/// milliseconds, so one that reaches a time begins less than 2^k before it. Half of what an index on (class, begin) yields in such a
/// range is a hit, or more; with an index on begin or end alone, a question about the middle of the history would read half of the history.
/// </summary>
internal static class LengthClass
{
    /// <summary>The class of spans that have not ended.</summary>
    public const int Open = 65;

    /// <summary>All classes.</summary>
    public const int Count = 66;

    /// <summary>The class of a span.</summary>
    /// <param name="first">Its begin.</param>
    /// <param name="last">Its end, not before the begin.</param>
    public static int Of(long first, long last) => 64 - BitOperations.LeadingZeroCount(unchecked((ulong)last - (ulong)first));

    /// <summary>When a span of a class begins at the earliest, if it reaches a time.</summary>
    /// <param name="lengthClass">The class.</param>
    /// <param name="time">The time.</param>
    public static long EarliestBegin(int lengthClass, long time)
    {
        long longest = LongestSpan(lengthClass);
        return lengthClass >= 63 || time < long.MinValue + longest ? long.MinValue : time - longest;
    }

    /// <summary>The longest span of a class, in milliseconds; as much as a number can tell for the longest classes.</summary>
    /// <param name="lengthClass">The class.</param>
    public static long LongestSpan(int lengthClass) => lengthClass >= 63 ? long.MaxValue : (1L << lengthClass) - 1;
}
