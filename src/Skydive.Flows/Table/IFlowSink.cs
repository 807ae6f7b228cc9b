namespace Skydive.Flows.Table;

/// <summary>Where a flow table sends flows that changed or ended.</summary>
public interface IFlowSink
{
    /// <summary>
    /// Takes a batch. Called on the thread that owns the table, without a lock held: return soon, hand the batch to another thread for
    /// anything that takes time.
    /// </summary>
    /// <param name="flows">The flows, at most <see cref="FlowBatch.MaxCount"/>; it may be kept.</param>
    void OnFlows(FlowBatch flows);
}
