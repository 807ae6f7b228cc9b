namespace Skydive.Contracts.Metrics;

/// <summary>Something that can be asked for the metric samples of the past.</summary>
public interface IMetricSource
{
    /// <summary>Finds samples.</summary>
    /// <param name="search">What is asked for.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The samples by <c>Start</c>, then by identifier of their node.</returns>
    Task<IReadOnlyList<MetricSample>> SearchMetricsAsync(MetricSearch search, CancellationToken cancellationToken);
}
