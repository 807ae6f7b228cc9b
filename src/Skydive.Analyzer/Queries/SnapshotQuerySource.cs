using Skydive.Contracts.Queries;
using Skydive.Graph.Views;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Queries;

/// <summary>One state of the graph and nothing else: what standing queries (captures, filters of subscribers) are asked of.</summary>
internal sealed class SnapshotQuerySource(IGraphView view) : IQuerySource
{
    /// <inheritdoc/>
    public IGraphView Live => view;

    /// <inheritdoc/>
    public IFlowSource? Flows => null;

    /// <inheritdoc/>
    public bool KeepsHistory => false;

    /// <inheritdoc/>
    public Task<IGraphView> GetHistoryAsync(TimeSlice slice, CancellationToken cancellationToken) => throw GremlinEngine.HistoryNotSupported();
}
