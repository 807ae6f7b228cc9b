using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;
using Skydive.Graph;
using Skydive.Graph.Views;
using Skydive.Gremlin;
using Skydive.Storage;

namespace Skydive.Analyzer.Queries;

/// <summary>What queries of an analyzer are asked of: the live graph, the history store, and flows of agents and store.</summary>
internal sealed class AnalyzerQuerySource : IQuerySource, IMetricSource
{
    private readonly LiveGraph _graph;
    private readonly IHistoryStore _store;
    private readonly Func<CancellationToken, Task> _flush;

    public AnalyzerQuerySource(LiveGraph graph, IHistoryStore store, Func<CancellationToken, Task> flush, IFlowSource flows)
    {
        _graph = graph;
        _store = store;
        _flush = flush;
        Flows = flows;
    }

    /// <inheritdoc/>
    public IGraphView Live => _graph.Current;

    /// <inheritdoc/>
    public IFlowSource? Flows { get; }

    /// <inheritdoc/>
    public TimeSpan FlowExpire { get; init; } = TimeSpan.FromSeconds(600);

    /// <inheritdoc/>
    public IPacketFilterCompiler? PacketFilters { get; init; }

    /// <inheritdoc/>
    public IMetricSource? Metrics => this;

    /// <inheritdoc/>
    public async Task<IGraphView> GetHistoryAsync(TimeSlice slice, CancellationToken cancellationToken)
    {
        // What happened a moment ago may still be on its way to the store; a question for it waits for that.
        await _flush(cancellationToken).ConfigureAwait(false);
        return await _store.GetGraphAsync(slice, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IGraphView> GetHistoryNodesAsync(TimeSlice slice, Filter? filter, CancellationToken cancellationToken)
    {
        await _flush(cancellationToken).ConfigureAwait(false);
        return await _store.GetNodesAsync(slice, filter, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MetricSample>> SearchMetricsAsync(MetricSearch search, CancellationToken cancellationToken)
    {
        await _flush(cancellationToken).ConfigureAwait(false);
        return await _store.SearchMetricsAsync(search, cancellationToken).ConfigureAwait(false);
    }
}
