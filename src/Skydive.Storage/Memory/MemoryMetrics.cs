using Skydive.Contracts.Metrics;
using Skydive.Storage.Metrics;

namespace Skydive.Storage.Memory;

/// <summary>Metric samples in memory. Not for use by several threads at once.</summary>
internal sealed class MemoryMetrics
{
    private static readonly Comparer<MetricSample> s_byTime = Comparer<MetricSample>.Create(static (left, right) =>
    {
        int order = left.Start.CompareTo(right.Start);
        return order != 0 ? order : left.Last.CompareTo(right.Last);
    });

    private readonly Dictionary<MetricSeries, List<MetricSample>> _series = [];
    private readonly Queue<(MetricSample Sample, long StoredAt)> _byArrival = new();

    /// <summary>How many there are.</summary>
    public int Count { get; private set; }

    /// <summary>When the oldest started; null when there is none.</summary>
    public long? OldestStart => _series.Values.Min(static samples => (long?)samples[0].Start);

    /// <summary>Adds samples; one that is there already is replaced.</summary>
    /// <param name="samples">The samples.</param>
    /// <param name="now">The time, in milliseconds since 1970-01-01 UTC.</param>
    public void Add(IReadOnlyList<MetricSample> samples, long now)
    {
        foreach (var sample in samples)
        {
            var key = new MetricSeries(sample.Path, sample.ElementId);
            if (!_series.TryGetValue(key, out var series))
            {
                _series[key] = series = [];
            }

            int index = series.BinarySearch(sample, s_byTime);
            if (index < 0)
            {
                series.Insert(~index, sample);
                Count++;
            }
            else
            {
                series[index] = sample;
            }

            _byArrival.Enqueue((sample, now));
        }
    }

    /// <summary>Makes room.</summary>
    /// <param name="maximum">How many may stay.</param>
    public void Trim(int maximum)
    {
        while (Count > maximum || _byArrival.Count > 2 * (long)maximum)
        {
            Forget(_byArrival.Dequeue().Sample);
        }
    }

    /// <summary>Forgets what came before a time.</summary>
    /// <param name="time">The time, in milliseconds since 1970-01-01 UTC.</param>
    public void ForgetBefore(long time)
    {
        while (_byArrival.TryPeek(out var first) && first.StoredAt < time)
        {
            Forget(_byArrival.Dequeue().Sample);
        }
    }

    /// <summary>The samples of a path.</summary>
    /// <param name="path">The path.</param>
    /// <param name="elementIds">The nodes; null for all.</param>
    public IEnumerable<MetricSample> Find(string path, IReadOnlyCollection<string>? elementIds) => elementIds is null
        ? _series.Where(pair => string.Equals(pair.Key.Path, path, StringComparison.Ordinal)).SelectMany(static pair => pair.Value)
        : elementIds.Distinct(StringComparer.Ordinal).SelectMany(id => _series.TryGetValue(new(path, id), out var series) ? series : []);

    private void Forget(MetricSample sample)
    {
        var key = new MetricSeries(sample.Path, sample.ElementId);
        if (!_series.TryGetValue(key, out var series))
        {
            return;
        }

        // One that was replaced goes when the one in its place came for too long.
        int index = series.BinarySearch(sample, s_byTime);
        if (index >= 0 && ReferenceEquals(series[index], sample))
        {
            series.RemoveAt(index);
            Count--;
            if (series.Count == 0)
            {
                _series.Remove(key);
            }
        }
    }
}
