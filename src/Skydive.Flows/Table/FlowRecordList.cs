using System.Collections;
using Skydive.Contracts.Flows;

namespace Skydive.Flows.Table;

/// <summary>
/// Flows that a search found, compact until they are asked for: who only counts them makes no wire record of any. Each is made once. Immutable;
/// safe for use by several threads at once.
/// </summary>
internal sealed class FlowRecordList(FlowRecordBlocks records, int[] order, FlowOrigin origin) : IReadOnlyList<Flow>, ICollection<Flow>
{
    private readonly Flow?[] _flows = new Flow?[order.Length];

    /// <inheritdoc cref="IReadOnlyCollection{T}.Count"/>
    public int Count => order.Length;

    /// <inheritdoc/>
    bool ICollection<Flow>.IsReadOnly => true;

    /// <inheritdoc/>
    public Flow this[int index] => _flows[index] ??= records[order[index]].ToFlow(origin);

    /// <inheritdoc/>
    public IEnumerator<Flow> GetEnumerator()
    {
        for (int i = 0; i < order.Length; i++)
        {
            yield return this[i];
        }
    }

    /// <inheritdoc/>
    public void CopyTo(Flow[] array, int arrayIndex)
    {
        for (int i = 0; i < order.Length; i++)
        {
            array[arrayIndex + i] = this[i];
        }
    }

    /// <inheritdoc/>
    public bool Contains(Flow item) => Enumerable.Contains(this, item, comparer: null);

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <inheritdoc/>
    void ICollection<Flow>.Add(Flow item) => throw new NotSupportedException();

    /// <inheritdoc/>
    void ICollection<Flow>.Clear() => throw new NotSupportedException();

    /// <inheritdoc/>
    bool ICollection<Flow>.Remove(Flow item) => throw new NotSupportedException();
}
