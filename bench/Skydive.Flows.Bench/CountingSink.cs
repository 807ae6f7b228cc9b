using Skydive.Flows.Table;

namespace Skydive.Flows.Bench;

internal sealed class CountingSink : IFlowSink
{
    public long Flows { get; private set; }

    public void OnFlows(FlowBatch flows) => Flows += flows.Count;
}
