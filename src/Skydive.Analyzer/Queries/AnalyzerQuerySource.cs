using Skydive.Analyzer.History;
using Skydive.Contracts.Queries;
using Skydive.Graph;
using Skydive.Graph.Views;
using Skydive.Gremlin;
using Skydive.Storage;

namespace Skydive.Analyzer.Queries;

/// <summary>What queries of an analyzer are asked of: the live graph, the history store, and flows of agents and store.</summary>
internal sealed class AnalyzerQuerySource : IQuerySource
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
    public async Task<IGraphView> GetHistoryAsync(TimeSlice slice, CancellationToken cancellationToken)
    {
        // What happened a moment ago may still be on its way to the store; a question for it waits for that.
        if (_writer() is { } writer)
        {
            await writer.FlushAsync(s_flushLimit, cancellationToken).ConfigureAwait(false);
        }

        return await _store.GetGraphAsync(slice, cancellationToken).ConfigureAwait(false);
    }
}
