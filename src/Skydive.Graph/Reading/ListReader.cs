using Skydive.Contracts.Metadata;

namespace Skydive.Graph.Reading;

/// <summary>Those of a list of slots that hold elements that pass a filter, in their order.</summary>
/// <typeparam name="T">Nodes or edges.</typeparam>
/// <param name="slots">The slots.</param>
/// <param name="filter">The filter.</param>
/// <param name="progress">Told how many slots were looked at.</param>
internal sealed class ListReader<T>(IEnumerable<int> slots, SlotFilter<T> filter, Action<int>? progress) : SlotReader
    where T : class, IFieldSource
{
    private readonly IEnumerator<int> _slots = slots.GetEnumerator();

    /// <inheritdoc/>
    public override int Read(Span<int> buffer)
    {
        int count = 0;
        int looked = 0;
        while (count < buffer.Length && _slots.MoveNext())
        {
            looked++;
            if (filter.Matches(_slots.Current))
            {
                buffer[count++] = _slots.Current;
            }
        }

        progress?.Invoke(looked);
        return count;
    }
}
