using Skydive.Analyzer.History;
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
    private static readonly TimeSpan s_flushLimit = TimeSpan.FromSeconds(2);

    private readonly LiveGraph _graph;
    private readonly IHistoryStore _store;
    private readonly Func<HistoryWriter?> _writer;

    public AnalyzerQuerySource(LiveGraph graph, IHistoryStore store, Func<HistoryWriter?> writer, IFlowSource flows)
    {
        _graph = graph;
        _store = store;
        _writer = writer;
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
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return await _store.GetGraphAsync(slice, cancellationToken).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<MetricSample>> SearchMetricsAsync(MetricSearch search, CancellationToken cancellationToken)
    {
        await FlushAsync(cancellationToken).ConfigureAwait(false);
        return await _store.SearchMetricsAsync(search, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>What happened a moment ago may still be on its way to the store; a question for it waits for that.</summary>
    private Task FlushAsync(CancellationToken cancellationToken) => _writer()?.FlushAsync(s_flushLimit, cancellationToken) ?? Task.CompletedTask;
}
