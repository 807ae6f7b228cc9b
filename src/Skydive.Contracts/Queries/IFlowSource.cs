using Skydive.Contracts.Flows;

namespace Skydive.Contracts.Queries;

/// <summary>Something that can be asked for flows: the live tables of agents, or the flow store.</summary>
public interface IFlowSource
{
    /// <summary>Finds flows.</summary>
    /// <param name="search">What is asked for. The answer obeys all of it: filter, de-duplication, order, skip and limit.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken);

    /// <summary>Counts flows and sums fields of them where they are, so that they need not be brought together one by one.</summary>
    /// <param name="search">Which flows: nodes, condition and time; neither de-duplicated nor ordered nor cut.</param>
    /// <param name="fields">The fields to be summed, such as <c>Metric.ABBytes</c>.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <returns>The sums over all; null when the source has no shorter way than to search.</returns>
    Task<FlowSum?> TotalFlowsAsync(FlowSearch search, IReadOnlyList<string> fields, CancellationToken cancellationToken) => Task.FromResult<FlowSum?>(null);
}
