using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;

namespace Skydive.Gremlin.Tests.Fakes;

/// <summary>Updates of flows in memory, oldest first, asked as a real source is, and what was asked.</summary>
internal sealed class FakeFlowSource(IReadOnlyList<Flow> flows) : IFlowSource
{
    public List<FlowSearch> Searches { get; } = [];

    public Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken)
    {
        Searches.Add(search);
        var found = flows.Where(search.Matches);
        return Task.FromResult(search.Finish(search.EveryUpdate ? found : found.Reverse().DistinctBy(static flow => flow.UUID)));
    }
}
