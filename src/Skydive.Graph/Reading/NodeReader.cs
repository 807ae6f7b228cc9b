using Skydive.Contracts.Topology;

namespace Skydive.Graph.Reading;

/// <summary>The slots of given nodes; nodes that the snapshot does not hold are left out.</summary>
/// <param name="snapshot">The snapshot.</param>
/// <param name="nodes">The nodes.</param>
internal sealed class NodeReader(GraphSnapshot snapshot, IEnumerable<Node> nodes) : SlotReader
{
    private readonly IEnumerator<Node> _nodes = nodes.GetEnumerator();

    /// <inheritdoc/>
    public override int Read(Span<int> buffer)
    {
        int count = 0;
        while (count < buffer.Length && _nodes.MoveNext())
        {
            int slot = snapshot.SlotOf(_nodes.Current);
            if (slot >= 0)
            {
                buffer[count++] = slot;
            }
        }

        return count;
    }
}
