using Skydive.Flows.Table;

namespace Skydive.Flows.Bench;

internal sealed class CollectingSink(bool keep) : IFlowSink
{
    public long Count { get; private set; }

    public List<FlowBatch> Batches { get; } = [];

    public void OnFlows(FlowBatch flows)
    {
        Count += flows.Count;
        if (keep)
        {
            Batches.Add(flows);
        }
    }
}
