using Skydive.Contracts.Queries;

namespace Skydive.Contracts.Metrics;

/// <summary>A question for metric samples.</summary>
public sealed record MetricSearch
{
    /// <summary>The nodes whose samples are wanted; null for all.</summary>
    public IReadOnlyCollection<string>? ElementIds { get; init; }

    /// <summary>The metadata key of the samples, such as <c>LastUpdateMetric</c>.</summary>
    public required string Path { get; init; }

    /// <summary>
    /// The time: every sample whose <c>Start</c> to <c>Last</c> has an instant in common with it. For a point, of each node the newest sample
    /// that began at it or before.
    /// </summary>
    public required TimeSlice Slice { get; init; }
}
