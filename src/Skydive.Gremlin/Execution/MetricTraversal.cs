using Skydive.Contracts.Metadata;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>Metric samples by the element that counted them.</summary>
/// <param name="view">The graph to which the elements belong.</param>
/// <param name="groups">The samples of each element in the order of their Start.</param>
internal sealed class MetricTraversal(IGraphView view, IEnumerable<GremlinGroup<MetadataMap>> groups) : GroupedTraversal<MetadataMap>(view, groups)
{
    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.Metrics;

    /// <summary>Whether counters that counted nothing are told, as those of flows are; those of nodes are left out.</summary>
    public bool WithZeros { get; init; }

    /// <inheritdoc/>
    public override MetricTraversal With(IEnumerable<GremlinGroup<MetadataMap>> groups) => new(View, groups) { WithZeros = WithZeros };
}
