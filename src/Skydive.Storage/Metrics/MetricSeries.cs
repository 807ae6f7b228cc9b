namespace Skydive.Storage.Metrics;

/// <summary>What identifies a series of samples. Ordered by path, then element, both ordinal.</summary>
/// <param name="Path">The metadata key of the samples.</param>
/// <param name="ElementId">The node.</param>
internal readonly record struct MetricSeries(string Path, string ElementId) : IComparable<MetricSeries>
{
    /// <inheritdoc/>
    public int CompareTo(MetricSeries other)
    {
        int order = string.CompareOrdinal(Path, other.Path);
        return order != 0 ? order : string.CompareOrdinal(ElementId, other.ElementId);
    }
}
