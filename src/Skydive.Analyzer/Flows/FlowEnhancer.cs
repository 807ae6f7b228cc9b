using Skydive.Contracts.Agents;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;

namespace Skydive.Analyzer.Flows;

internal sealed class FlowEnhancer
{
    public void Enhance(Flow[] flows)
    {
    }

    public Task<IReadOnlyList<Flow>> SearchAsync(IAgentLink agent, FlowSearch search, CancellationToken cancellationToken) => agent.SearchFlowsAsync(search, cancellationToken);
}
