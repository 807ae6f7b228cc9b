using Skydive.Contracts.Topology;
using Skydive.Graph.Collections;

namespace Skydive.Graph.Reading;

/// <summary>All nodes that pass a filter, in the order of their slots: where no index helps.</summary>
/// <param name="nodes">The nodes.</param>
/// <param name="filter">The filter.</param>
/// <param name="progress">Told how many slots were looked at.</param>
internal sealed class ScanReader(IntMap<Node> nodes, SlotFilter<Node> filter, Action<int>? progress) : SlotReader
{
    private const int Stride = 256;

    private readonly IEnumerator<Node> _nodes = nodes.Values().GetEnumerator();
    private int _looked;

    /// <inheritdoc/>
    public override int Read(Span<int> buffer)
    {
        int count = 0;
        while (count < buffer.Length && _nodes.MoveNext())
        {
            var node = _nodes.Current;
            if (++_looked % Stride == 0)
            {
                progress?.Invoke(Stride);
            }

            if (filter.MatchesIndex(node.Slot) && filter.MatchesRest(node))
            {
                buffer[count++] = node.Slot;
            }
        }

        return count;
    }
}
