using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Tests.Fakes;

/// <summary>A source over views made in code.</summary>
internal sealed class FakeSource(IGraphView live) : IQuerySource
{
    public IGraphView Live { get; } = live;

    public IFlowSource? Flows { get; init; }

    public IMetricSource? Metrics { get; init; }

    public IPacketFilterCompiler? PacketFilters { get; init; }

    public bool KeepsHistory => History is not null;

    /// <summary>Makes the past; null keeps none.</summary>
    public Func<TimeSlice, IGraphView>? History { get; init; }

    public List<TimeSlice> Slices { get; } = [];

    public Task<IGraphView> GetHistoryAsync(TimeSlice slice, CancellationToken cancellationToken)
    {
        if (History is null)
        {
            throw GremlinEngine.HistoryNotSupported();
        }

        Slices.Add(slice);
        return Task.FromResult(History(slice));
    }

    /// <summary>No more than was asked for, so that a query that needs more shows.</summary>
    public async Task<IGraphView> GetHistoryNodesAsync(TimeSlice slice, Filter? filter, CancellationToken cancellationToken) =>
        new RevisionView(slice, (await GetHistoryAsync(slice, cancellationToken)).GetNodes(filter), []);
}
