using Skydive.Contracts.Flows;

namespace Skydive.Contracts.Queries;

/// <summary>Something that can be asked for flows: the live tables of agents, or the flow store.</summary>
public interface IFlowSource
{
    /// <summary>Finds flows.</summary>
    /// <param name="search">What is asked for. The answer obeys all of it: filter, de-duplication, order, skip and limit.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken);
}
