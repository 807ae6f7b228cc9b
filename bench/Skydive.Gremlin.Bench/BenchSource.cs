using Skydive.Contracts.Queries;
using Skydive.Graph.Views;
using Skydive.Gremlin;

namespace Skydive.Gremlin.Bench;

/// <summary>A live graph without flows and history.</summary>
internal sealed class BenchSource(IGraphView live) : IQuerySource
{
    public IGraphView Live { get; } = live;

    public IFlowSource? Flows => null;

    public Task<IGraphView> GetHistoryAsync(TimeSlice slice, CancellationToken cancellationToken) => throw GremlinEngine.HistoryNotSupported();
}
