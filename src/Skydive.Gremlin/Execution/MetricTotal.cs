using Skydive.Contracts.Metadata;

namespace Skydive.Gremlin.Execution;

/// <summary>A sum of metric samples in the making, see <see cref="MetricArithmetic"/>.</summary>
internal sealed class MetricTotal
{
    private readonly SortedDictionary<string, (Int128 Integers, double Fractions, bool IsFraction)> _counters = new(StringComparer.Ordinal);
    private MetadataValue _rtt;
    private long _count;
    private long _start = long.MaxValue;
    private long _last = long.MinValue;

    /// <summary>Adds a sample.</summary>
    public void Add(MetadataMap sample)
    {
        _start = Math.Min(_start, MetricArithmetic.StartOf(sample));
        _last = Math.Max(_last, MetricArithmetic.LastOf(sample));
        _rtt = _count++ == 0 ? sample[MetricArithmetic.RttKey] : default;
        var keys = sample.KeySpan;
        var values = sample.ValueSpan;
        for (int i = 0; i < keys.Length; i++)
        {
            if (!MetricArithmetic.IsCounter(keys[i]))
            {
                continue;
            }

            var counter = _counters.GetValueOrDefault(keys[i]);
            if (values[i].TryGetInteger(out long integer))
            {
                _counters[keys[i]] = counter with { Integers = counter.Integers + integer };
            }
            else if (values[i].TryGetDouble(out double number))
            {
                _counters[keys[i]] = counter with { Fractions = counter.Fractions + number, IsFraction = true };
            }
        }
    }

    /// <summary>The sum.</summary>
    /// <param name="withZeros">Whether counters that counted nothing are told.</param>
    /// <param name="start">Its begin; null for that of the earliest sample.</param>
    /// <param name="last">Its end; null for that of the latest sample.</param>
    public MetadataMap Build(bool withZeros, long? start = null, long? last = null)
    {
        var result = new MetadataBuilder();
        foreach (var (key, (integers, fractions, isFraction)) in _counters)
        {
            bool fits = integers >= long.MinValue && integers <= long.MaxValue;
            var value = fits && !isFraction ? (long)integers : MetadataValue.FromDouble((double)integers + fractions);
            if (withZeros || value != 0)
            {
                result.Set(key, value);
            }
        }

        return result.SetIfNotNull(MetricArithmetic.RttKey, _rtt).Set(MetricArithmetic.StartKey, start ?? _start).Set(MetricArithmetic.LastKey, last ?? _last).Build();
    }
}
