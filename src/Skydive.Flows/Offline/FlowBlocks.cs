using Skydive.Flows.Table;

namespace Skydive.Flows.Offline;

/// <summary>Puts the batches of a flow table together to blocks of a size that is good to encode and to keep.</summary>
/// <param name="take">Takes each block, on the thread that owns the table.</param>
public sealed class FlowBlocks(Action<FlowBlock> take) : IFlowSink
{
    /// <summary>The most flows of a block: enough to compress well, few enough to be read for the sake of some.</summary>
    public const int MaxCount = 5000;

    private readonly List<FlowBatch> _batches = [];
    private int _count;

    /// <inheritdoc/>
    public void OnFlows(FlowBatch flows)
    {
        if (_count + flows.Count > MaxCount)
        {
            Complete();
        }

        _batches.Add(flows);
        _count += flows.Count;
    }

    /// <summary>Gives what is left. To be called when the table has finished.</summary>
    public void Complete()
    {
        if (_count > 0)
        {
            take(new FlowBlock(_batches));
            _batches.Clear();
            _count = 0;
        }
    }
}
