using Skydive.Contracts.Metadata;

namespace Skydive.Gremlin.Execution;

/// <summary>Metric samples summed up in slices of a span of time. What lies outside of the span is cut off.</summary>
internal sealed class MetricSlices
{
    private readonly long _start;
    private readonly long _last;
    private readonly long _length;
    private readonly long _first;
    private readonly MetricTotal?[] _totals;

    /// <summary>Makes empty slices.</summary>
    /// <param name="start">Begin of the span.</param>
    /// <param name="last">Its end.</param>
    /// <param name="length">Length of a slice in milliseconds; the last ends with the span.</param>
    /// <param name="first">Number of the first slice that a sample reaches, counted from 0 at the begin of the span.</param>
    /// <param name="count">How many slices follow from there, one at least.</param>
    public MetricSlices(long start, long last, long length, long first, int count)
    {
        _start = start;
        _last = last;
        _length = length;
        _first = first;
        _totals = new MetricTotal?[count];
    }

    /// <summary>
    /// Gives each slice its share of a sample. Where the share of the slice in which the sample begins comes to nothing, that slice has all
    /// of it, so that a single packet is not carried on to the end.
    /// </summary>
    public void Add(MetadataMap sample, QueryBudget budget)
    {
        var rest = sample;
        long begin = MetricArithmetic.StartOf(sample);
        long end = MetricArithmetic.LastOf(sample);

        // A sample of no length may lie at either end of the span; of others no part would be inside there.
        if (begin == end ? begin < _start || begin > _last : begin >= _last || end <= _start)
        {
            return;
        }

        bool beginsInside = begin >= _start;
        if (!beginsInside)
        {
            rest = MetricArithmetic.Split(rest, _start).Second;
            begin = _start;
        }

        int index = (int)Math.Min(_totals.Length - 1, ((begin - _start) / _length) - _first);
        for (; index < _totals.Length && !MetricArithmetic.IsZero(rest); index++)
        {
            budget.Visit();
            var total = _totals[index] ??= new();
            long cut = EndOf(index);
            if (end <= cut)
            {
                total.Add(rest);
                return;
            }

            var (share, remainder) = MetricArithmetic.Split(rest, cut);
            if (beginsInside && MetricArithmetic.IsZero(share))
            {
                total.Add(rest);
                return;
            }

            total.Add(share);
            rest = remainder;
            beginsInside = true;
        }
    }

    /// <summary>The slices to which something was given, in order.</summary>
    /// <param name="withZeros">Whether counters that counted nothing are told.</param>
    public IReadOnlyList<MetadataMap> Build(bool withZeros)
    {
        var result = new List<MetadataMap>();
        for (int i = 0; i < _totals.Length; i++)
        {
            if (_totals[i] is { } total)
            {
                result.Add(total.Build(withZeros, _start + ((_first + i) * _length), EndOf(i)));
            }
        }

        return result;
    }

    private long EndOf(int index) => (long)Int128.Min(_last, _start + (((Int128)_first + index + 1) * _length));
}
