using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Metrics;

/// <summary>
/// What counters of an element counted in a span of time. Samples are kept as a time series beside the revisions of the graph, since counters
/// that tick would flood those.
/// </summary>
/// <param name="ElementId">Identifier of the node.</param>
/// <param name="Path">
/// The metadata key under which the node shows its newest sample, such as <c>LastUpdateMetric</c> or <c>SFlow.LastUpdateMetric</c>.
/// </param>
/// <param name="Values">
/// The sample as it is in the metadata: numbers by name, among them <c>Start</c> and <c>Last</c> in milliseconds since 1970-01-01 UTC. A
/// counter that is missing counted nothing.
/// </param>
public sealed record MetricSample(string ElementId, string Path, MetadataMap Values)
{
    /// <summary>The name under which a node shows what its counters counted since the sample before.</summary>
    public const string LastUpdate = "LastUpdateMetric";

    /// <summary>The name under which a disk shows how busy it was.</summary>
    public const string BlockDevice = "BlockdevMetric";

    /// <summary>When counting began, in milliseconds since 1970-01-01 UTC; 0 when the values do not say.</summary>
    public long Start => Values["Start"].TryGetInteger(out long start) ? start : 0;

    /// <summary>When counting ended, in milliseconds since 1970-01-01 UTC; 0 when the values do not say.</summary>
    public long Last => Values["Last"].TryGetInteger(out long last) ? last : 0;
}
