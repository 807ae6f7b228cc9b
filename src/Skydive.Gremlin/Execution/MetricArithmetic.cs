using Skydive.Contracts.Metadata;

namespace Skydive.Gremlin.Execution;

/// <summary>
/// Sums and cuts of metric samples: maps of counters, with Start and Last in milliseconds. Exact for integers: what a cut takes from one part
/// the other has.
/// </summary>
/// <remarks>
/// Start and Last are times: a sum has the least and the greatest. RTT is a measure, not a count: parts of a sample have none, and a sum has
/// one only when it is of one sample, as in Skydive. All other numbers are counters; what is no number is left out.
/// </remarks>
internal static class MetricArithmetic
{
    internal const string StartKey = "Start";
    internal const string LastKey = "Last";
    internal const string RttKey = "RTT";

    /// <summary>When counting began; 0 when the sample does not say.</summary>
    public static long StartOf(MetadataMap sample) => sample[StartKey].TryGetInteger(out long start) ? start : 0;

    /// <summary>When counting ended, not before it began.</summary>
    public static long LastOf(MetadataMap sample) => Math.Max(StartOf(sample), sample[LastKey].TryGetInteger(out long last) ? last : 0);

    /// <summary>Whether no counter counted anything.</summary>
    public static bool IsZero(MetadataMap sample)
    {
        var keys = sample.KeySpan;
        var values = sample.ValueSpan;
        for (int i = 0; i < keys.Length; i++)
        {
            if (IsCounter(keys[i]) && values[i].TryGetDouble(out double number) && number != 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>
    /// Cuts a sample: the first part has the share of each counter that its time has of the sample's time, rounded towards zero, the second
    /// the rest.
    /// </summary>
    /// <param name="sample">The sample.</param>
    /// <param name="at">When to cut, after its Start and before its Last.</param>
    public static (MetadataMap First, MetadataMap Second) Split(MetadataMap sample, long at)
    {
        long start = StartOf(sample);
        long last = LastOf(sample);
        Int128 part = (Int128)at - start;
        Int128 whole = (Int128)last - start;
        var first = new MetadataBuilder();
        var second = new MetadataBuilder();
        var keys = sample.KeySpan;
        var values = sample.ValueSpan;
        for (int i = 0; i < keys.Length; i++)
        {
            string key = keys[i];
            if (!IsCounter(key))
            {
                if (key != RttKey)
                {
                    first.Set(key, key == LastKey ? at : values[i]);
                    second.Set(key, key == StartKey ? at : values[i]);
                }
            }
            else if (values[i].TryGetInteger(out long integer))
            {
                long share = (long)(integer * part / whole);
                first.Set(key, share);
                second.Set(key, integer - share);
            }
            else if (values[i].TryGetDouble(out double number))
            {
                double share = number * ((double)part / (double)whole);
                first.Set(key, share);
                second.Set(key, number - share);
            }
        }

        return (first.Build(), second.Build());
    }

    /// <summary>Whether a member of a sample counts something.</summary>
    public static bool IsCounter(string key) => key is not (StartKey or LastKey or RttKey);
}
