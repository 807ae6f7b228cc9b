namespace Skydive.Flows.Table;

/// <summary>Collects flows that are to be sent and cuts them into batches. Not for use by several threads at once.</summary>
internal sealed class OutgoingFlows(FlowOrigin origin)
{
    private readonly List<FlowRecord> _records = [];

    public bool HasFullBatch => _records.Count >= FlowBatch.MaxCount;

    public void Add(in FlowRecord record) => _records.Add(record);

    /// <summary>Takes out the next batch of what was collected, null when there is nothing.</summary>
    public FlowBatch? TryTakeBatch()
    {
        if (_records.Count == 0)
        {
            return null;
        }

        int count = Math.Min(_records.Count, FlowBatch.MaxCount);
        FlowRecord[] records = GC.AllocateUninitializedArray<FlowRecord>(count);
        _records.CopyTo(0, records, 0, count);
        _records.RemoveRange(0, count);
        return new FlowBatch(origin, records);
    }
}
