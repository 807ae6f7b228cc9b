using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;

namespace Skydive.Gremlin.Tests.Fakes;

/// <summary>Flows in memory, asked as a real source is, and what was asked.</summary>
internal sealed class FakeFlowSource(IReadOnlyList<Flow> flows) : IFlowSource
{
    public List<FlowSearch> Searches { get; } = [];

    public Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken)
    {
        Searches.Add(search);
        return Task.FromResult(search.Finish(flows.Where(search.Matches)));
    }
}
