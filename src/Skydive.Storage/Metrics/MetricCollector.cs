using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;

namespace Skydive.Storage.Metrics;

/// <summary>
/// Takes samples and keeps those that a search finds. Samples of one series with the same Start and Last are one, of which the one appended
/// last counts.
/// </summary>
internal sealed class MetricCollector(MetricSearch search, HistoryStoreOptions options)
{
    private readonly TimeSlice _slice = search.Slice;
    private readonly List<Found> _found = [];
    private readonly Dictionary<string, Found> _newest = new(StringComparer.Ordinal);

    /// <summary>Takes a sample of the searched path and elements.</summary>
    /// <param name="sample">The sample.</param>
    /// <param name="order">Larger for samples that were appended later; of those with equal numbers the one that is taken last came last.</param>
    /// <exception cref="HistoryException">It is one too many.</exception>
    public void Add(MetricSample sample, long order)
    {
        var found = new Found(sample.Start, sample.Last, order, sample);
        if (!_slice.IsPoint)
        {
            if (found.Start <= _slice.Last && Math.Max(found.Start, found.Last) >= _slice.Start)
            {
                _found.Add(found);
                AnswerLimits.CheckMetrics(_found.Count, options);
            }
        }
        else if (found.Start <= _slice.Start && (!_newest.TryGetValue(sample.ElementId, out var other) || found.CompareTo(other) >= 0))
        {
            _newest[sample.ElementId] = found;
            AnswerLimits.CheckMetrics(_newest.Count, options);
        }
    }

    /// <summary>For a point: when the newest sample of an element so far began; null when there is none.</summary>
    /// <param name="elementId">The element.</param>
    public long? NewestStart(string elementId) => _newest.TryGetValue(elementId, out var newest) ? newest.Start : null;

    /// <summary>What was found, by Start, then identifier.</summary>
    public IReadOnlyList<MetricSample> Finish()
    {
        if (_slice.IsPoint)
        {
            return [.. _newest.Values.OrderBy(static found => found.Start).ThenBy(static found => found.Sample.ElementId, StringComparer.Ordinal).Select(static found => found.Sample)];
        }

        // By series it mostly is in order already; a stable sort, so that what came last stays last.
        var answer = new List<MetricSample>(_found.Count);
        foreach (var found in _found.OrderBy(static found => found.Start).ThenBy(static found => found.Sample.ElementId, StringComparer.Ordinal).ThenBy(static found => found.Last).ThenBy(static found => found.Order))
        {
            if (answer.Count > 0 && IsSame(answer[^1], found.Sample))
            {
                answer[^1] = found.Sample;
            }
            else
            {
                answer.Add(found.Sample);
            }
        }

        return answer;
    }

    /// <summary>Puts samples of one series in order, and of those with the same times keeps the last.</summary>
    /// <param name="samples">The samples as they were appended.</param>
    public static List<MetadataMap> Order(IReadOnlyList<MetadataMap> samples)
    {
        var ordered = new List<MetadataMap>(samples.Count);
        bool isOrdered = true;
        foreach (var sample in samples)
        {
            isOrdered &= ordered.Count == 0 || Compare(ordered[^1], sample) < 0;
            ordered.Add(sample);
        }

        if (isOrdered)
        {
            return ordered;
        }

        // A stable order: the one appended last comes last.
        var sorted = new List<MetadataMap>(samples.Count);
        foreach (var sample in ordered.OrderBy(static sample => sample, Comparer<MetadataMap>.Create(Compare)))
        {
            if (sorted.Count > 0 && Compare(sorted[^1], sample) == 0)
            {
                sorted[^1] = sample;
            }
            else
            {
                sorted.Add(sample);
            }
        }

        return sorted;
    }

    private static int Compare(MetadataMap left, MetadataMap right)
    {
        int order = TimeOf(left, "Start").CompareTo(TimeOf(right, "Start"));
        return order != 0 ? order : TimeOf(left, "Last").CompareTo(TimeOf(right, "Last"));
    }

    private static long TimeOf(MetadataMap sample, string name) => sample[name].TryGetInteger(out long time) ? time : 0;

    private static bool IsSame(MetricSample left, MetricSample right) =>
        left.Start == right.Start && left.Last == right.Last && string.Equals(left.ElementId, right.ElementId, StringComparison.Ordinal);

    private readonly record struct Found(long Start, long Last, long Order, MetricSample Sample)
    {
        public int CompareTo(Found other)
        {
            int order = Start.CompareTo(other.Start);
            order = order != 0 ? order : Last.CompareTo(other.Last);
            return order != 0 ? order : Order.CompareTo(other.Order);
        }
    }
}
