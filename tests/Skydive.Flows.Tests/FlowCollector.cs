using Skydive.Contracts.Flows;
using Skydive.Flows.Table;

namespace Skydive.Flows.Tests;

internal sealed class FlowCollector : IFlowSink
{
    public List<Flow> Flows { get; } = [];

    public List<int> BatchSizes { get; } = [];

    public void OnFlows(FlowBatch flows)
    {
        BatchSizes.Add(flows.Count);
        Flows.AddRange(flows);
    }

    public List<Flow> Take()
    {
        List<Flow> flows = [.. Flows];
        Flows.Clear();
        return flows;
    }
}
