namespace Skydive.Flows.Table;

/// <summary>Copied flows in blocks that stay out of the heap of large objects. Not for use by several threads at once while it grows.</summary>
internal sealed class FlowRecordBlocks
{
    private readonly List<FlowRecord[]> _blocks = [];

    /// <summary>How many flows there are.</summary>
    public int Count { get; private set; }

    /// <summary>A flow.</summary>
    public ref readonly FlowRecord this[int index] => ref _blocks[index / FlowBatch.MaxCount][index % FlowBatch.MaxCount];

    /// <summary>Appends a flow.</summary>
    public void Add(in FlowRecord record)
    {
        if (Count == _blocks.Count * FlowBatch.MaxCount)
        {
            _blocks.Add(GC.AllocateUninitializedArray<FlowRecord>(FlowBatch.MaxCount));
        }

        _blocks[Count / FlowBatch.MaxCount][Count % FlowBatch.MaxCount] = record;
        Count++;
    }

    /// <summary>Forgets the flows.</summary>
    public void Clear()
    {
        Count = 0;
        _blocks.Clear();
    }
}
