using Skydive.Contracts.Topology;

namespace Skydive.Graph.Reading;

/// <summary>
/// The nodes at the other ends of the edges of other nodes, once for each edge: for each node first those at the ends of its outgoing edges,
/// then those at the begins of its incoming ones.
/// </summary>
internal sealed class WalkReader : SlotReader
{
    private const int FirstBatch = 8;
    private const int LargestBatch = 128;

    private readonly GraphState _state;
    private readonly SlotReader _input;
    private readonly EdgeDirection _direction;
    private readonly SlotFilter<Node> _filter;
    private readonly Action<int>? _progress;
    private int[] _slots = [];
    private object?[] _adjacencies = [];
    private int _count;
    private int _current;
    private int _position = -1;
    private IEnumerator<int>? _rest;

    /// <summary>Makes the stage.</summary>
    /// <param name="state">The graph.</param>
    /// <param name="input">The nodes to start from.</param>
    /// <param name="direction">Which edges are followed; one from a node to itself once.</param>
    /// <param name="filter">The condition on the nodes that are reached.</param>
    /// <param name="progress">Told how many edges were followed.</param>
    public WalkReader(in GraphState state, SlotReader input, EdgeDirection direction, SlotFilter<Node> filter, Action<int>? progress)
    {
        _state = state;
        _input = input;
        _direction = direction;
        _filter = filter;
        _progress = progress;
    }

    /// <inheritdoc/>
    public override int Read(Span<int> buffer)
    {
        int count = 0;
        while (count < buffer.Length && (_current < _count || LoadBatch()))
        {
            bool isDone = _adjacencies[_current] switch
            {
                null => true,
                int[] array => ReadArray(array, buffer, ref count),
                var sets => ReadSets((Adjacency.Sets)sets, buffer, ref count),
            };
            if (isDone)
            {
                _current++;
                _position = -1;
            }
        }

        return count;
    }

    /// <summary>
    /// Finds the edges of many nodes before it reads the first: the look-ups do not depend on each other, so the processor waits for many at
    /// once. The first batches are small because a caller may want but a few nodes.
    /// </summary>
    private bool LoadBatch()
    {
        if (_count == _slots.Length && _count < LargestBatch)
        {
            int batch = _count == 0 ? FirstBatch : Math.Min(LargestBatch, _count * 4);
            _slots = new int[batch];
            _adjacencies = new object?[batch];
        }

        _count = _input.Read(_slots);
        _current = 0;
        for (int i = 0; i < _count; i++)
        {
            _adjacencies[i] = _state.Adjacencies[_slots[i]];
        }

        return _count > 0;
    }

    private bool ReadArray(int[] array, Span<int> buffer, ref int count)
    {
        var (begin, end) = Adjacency.Bounds(array, _direction);
        int start = _position < 0 ? begin : _position;

        // In both directions an edge from the node to itself is followed as an outgoing one only.
        int incoming = _direction == EdgeDirection.Both ? array[0] : int.MaxValue;
        int self = _slots[_current];
        int i = start;
        for (; i < end && count < buffer.Length; i += 2)
        {
            int neighbor = array[i + 1];
            if ((neighbor != self || i < incoming) && _filter.Matches(neighbor))
            {
                buffer[count++] = neighbor;
            }
        }

        _progress?.Invoke((i - start) / 2);
        _position = i;
        return i >= end;
    }

    private bool ReadSets(Adjacency.Sets sets, Span<int> buffer, ref int count)
    {
        _rest ??= Neighbors(sets, _slots[_current]).GetEnumerator();
        int followed = 0;
        while (count < buffer.Length)
        {
            if (!_rest.MoveNext())
            {
                _rest = null;
                break;
            }

            followed++;
            if (_filter.Matches(_rest.Current))
            {
                buffer[count++] = _rest.Current;
            }
        }

        _progress?.Invoke(followed);
        return _rest is null;
    }

    private IEnumerable<int> Neighbors(Adjacency.Sets sets, int self)
    {
        if ((_direction & EdgeDirection.Out) != 0)
        {
            foreach (int slot in sets.Outgoing.Members())
            {
                yield return _state.Edges[slot]!.ChildSlot;
            }
        }

        if ((_direction & EdgeDirection.In) != 0)
        {
            foreach (int slot in sets.Incoming.Members())
            {
                int parent = _state.Edges[slot]!.ParentSlot;
                if (parent != self || _direction != EdgeDirection.Both)
                {
                    yield return parent;
                }
            }
        }
    }
}
