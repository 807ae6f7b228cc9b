using System.Collections;
using Skydive.Contracts.Flows;

namespace Skydive.Flows.Table;

/// <summary>
/// Flows that a table sends, compact until they are asked for: each time an element is read its wire record is made, so that this work falls
/// to the reader and not to the thread that captures. Immutable; safe for use by several threads at once.
/// </summary>
public sealed class FlowBatch : IReadOnlyList<Flow>
{
    /// <summary>The most flows of one batch: what keeps its array out of the heap of large objects.</summary>
    public const int MaxCount = 256;

    private readonly FlowRecord[] _records;

    internal FlowBatch(FlowOrigin origin, FlowRecord[] records)
    {
        Origin = origin;
        _records = records;
    }

    /// <summary>How many flows there are; at least one.</summary>
    public int Count => _records.Length;

    /// <summary>The packets of these flows that were kept since the flows were sent before.</summary>
    public IEnumerable<FlowRawPackets> RawPackets
    {
        get
        {
            foreach (FlowRecord record in _records)
            {
                if (record.Extras is { NewPackets.Count: > 0 } extras)
                {
                    yield return new FlowRawPackets(FlowRecord.Hexadecimal(record.Hot.Uuid), extras.NewPackets);
                }
            }
        }
    }

    internal FlowOrigin Origin { get; }

    internal ReadOnlySpan<FlowRecord> Records => _records;

    /// <summary>Makes the wire record of a flow.</summary>
    /// <param name="index">Its place in the batch.</param>
    public Flow this[int index] => _records[index].ToFlow(Origin);

    /// <summary>Makes the wire records one by one.</summary>
    public IEnumerator<Flow> GetEnumerator()
    {
        foreach (FlowRecord record in _records)
        {
            yield return record.ToFlow(Origin);
        }
    }

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
