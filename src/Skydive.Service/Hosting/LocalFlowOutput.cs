using Skydive.Agent.Captures;
using Skydive.Analyzer.Flows;
using Skydive.Contracts.Flows;

namespace Skydive.Service.Hosting;

/// <summary>Hands the flows of an agent to the analyzer in the same process.</summary>
internal sealed class LocalFlowOutput(FlowReceiver receiver) : IFlowOutput
{
    public bool TryAccept(IReadOnlyList<Flow> flows, Action<int, int>? onDropped = null) => receiver.TryAccept(flows, onDropped);
}
