namespace Skydive.Flows.Table;

/// <summary>Collects flows that are to be sent and cuts them into batches. Not for use by several threads at once.</summary>
internal sealed class OutgoingFlows(FlowOrigin origin)
{
    private readonly Queue<FlowBatch> _full = new();
    private FlowRecord[] _records = [];
    private int _count;

    public bool HasFullBatch => _full.Count > 0;

    /// <summary>Makes room for a flow.</summary>
    /// <returns>Where to write it.</returns>
    public ref FlowRecord Add()
    {
        if (_count == _records.Length)
        {
            Grow();
        }

        return ref _records[_count++];
    }

    /// <summary>Takes out the next batch of what was collected, null when there is nothing.</summary>
    public FlowBatch? TryTakeBatch()
    {
        if (_full.TryDequeue(out FlowBatch? batch))
        {
            return batch;
        }

        if (_count == 0)
        {
            return null;
        }

        batch = new FlowBatch(origin, _records.AsSpan(0, _count).ToArray());
        _count = 0;
        return batch;
    }

    private void Grow()
    {
        if (_count == FlowBatch.MaxCount)
        {
            _full.Enqueue(new FlowBatch(origin, _records));
            _records = GC.AllocateUninitializedArray<FlowRecord>(FlowBatch.MaxCount);
            _count = 0;
        }
        else
        {
            // Most tables have little to send.
            Array.Resize(ref _records, Math.Clamp(_count * 2, 8, FlowBatch.MaxCount));
        }
    }
}
