using Skydive.Contracts.Topology;

namespace Skydive.Graph.Reading;

/// <summary>Those slots of another stage whose nodes pass a filter.</summary>
/// <param name="input">The other stage.</param>
/// <param name="filter">The filter.</param>
/// <param name="progress">Told how many slots were looked at.</param>
internal sealed class FilterReader(SlotReader input, SlotFilter<Node> filter, Action<int>? progress) : SlotReader
{
    /// <inheritdoc/>
    public override int Read(Span<int> buffer)
    {
        while (input.Read(buffer) is > 0 and int read)
        {
            progress?.Invoke(read);
            int count = 0;
            foreach (int slot in buffer[..read])
            {
                if (filter.Matches(slot))
                {
                    buffer[count++] = slot;
                }
            }

            if (count > 0)
            {
                return count;
            }
        }

        return 0;
    }
}
