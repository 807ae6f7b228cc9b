using System.Collections;
using Skydive.Contracts.Flows;

namespace Skydive.Flows.Table;

/// <summary>
/// Several batches as one list of flows, which is encoded without making wire records of them; one is made each time an element is read.
/// Immutable; safe for use by several threads at once.
/// </summary>
public sealed class FlowBlock : IReadOnlyList<Flow>
{
    private readonly FlowBatch[] _batches;

    /// <summary>Puts batches together.</summary>
    /// <param name="batches">The batches in order; they may come from several tables.</param>
    public FlowBlock(IEnumerable<FlowBatch> batches)
    {
        _batches = [.. batches];
        Count = _batches.Sum(static batch => batch.Count);
    }

    /// <summary>How many flows there are.</summary>
    public int Count { get; }

    internal IReadOnlyList<FlowBatch> Batches => _batches;

    /// <summary>Makes the wire record of a flow.</summary>
    /// <param name="index">Its place.</param>
    public Flow this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            foreach (FlowBatch batch in _batches)
            {
                if (index < batch.Count)
                {
                    return batch[index];
                }

                index -= batch.Count;
            }

            throw new ArgumentOutOfRangeException(nameof(index));
        }
    }

    /// <summary>Makes the wire records one by one.</summary>
    public IEnumerator<Flow> GetEnumerator() => _batches.SelectMany(static batch => batch).GetEnumerator();

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
