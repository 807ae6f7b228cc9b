using Skydive.Contracts.Metrics;

namespace Skydive.Gremlin.Tests.Fakes;

/// <summary>Metric samples in memory, asked as a real source is, and what was asked.</summary>
internal sealed class FakeMetricSource(IReadOnlyList<MetricSample> samples) : IMetricSource
{
    public List<MetricSearch> Searches { get; } = [];

    public Task<IReadOnlyList<MetricSample>> SearchMetricsAsync(MetricSearch search, CancellationToken cancellationToken)
    {
        Searches.Add(search);
        var found = samples.Where(sample => sample.Path == search.Path && (search.ElementIds is null || search.ElementIds.Contains(sample.ElementId)));
        found = search.Slice.IsPoint
            ? found.Where(sample => sample.Start <= search.Slice.Last).GroupBy(static sample => sample.ElementId).Select(static group => group.MaxBy(static sample => sample.Start)!)
            : found.Where(sample => sample.Start <= search.Slice.Last && sample.Last >= search.Slice.Start);
        return Task.FromResult<IReadOnlyList<MetricSample>>([.. found.OrderBy(static sample => sample.Start).ThenBy(static sample => sample.ElementId, StringComparer.Ordinal)]);
    }
}
