using Skydive.Contracts.Queries;
using Skydive.Graph;
using Skydive.Graph.Views;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Queries;

/// <summary>What queries of an agent are asked of: its live graph and its flow tables. It keeps no history.</summary>
internal sealed class LiveQuerySource(LiveGraph graph, IFlowSource? flows) : IQuerySource
{
    /// <inheritdoc/>
    public IGraphView Live => graph.Current;

    /// <inheritdoc/>
    public IFlowSource? Flows => flows;

    /// <inheritdoc/>
    public bool KeepsHistory => false;

    /// <inheritdoc/>
    public Task<IGraphView> GetHistoryAsync(TimeSlice slice, CancellationToken cancellationToken) => throw GremlinEngine.HistoryNotSupported();
}
