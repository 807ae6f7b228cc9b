using Skydive.Contracts.Topology;
using Skydive.Graph.Collections;

namespace Skydive.Graph.Reading;

/// <summary>
/// The nodes at the other ends of the edges of other nodes, once for each edge: for each node first those at the ends of its outgoing edges,
/// then those at the begins of its incoming ones.
/// </summary>
internal sealed class WalkReader : SlotReader
{
    private const int BatchSize = 128;

    private readonly GraphState _state;
    private readonly SlotReader _input;
    private readonly EdgeDirection _direction;
    private readonly SlotFilter<Node> _filter;
    private readonly Action<int>? _progress;
    private readonly int[] _slots = new int[BatchSize];
    private readonly object?[] _lists = new object?[2 * BatchSize];
    private int _count;
    private int _list;
    private int _position;
    private IEnumerator<int>? _large;
    private int _batch = 8;

    /// <summary>An edge from a node to itself is followed once: as an outgoing one when both directions are asked for.</summary>
    private int SelfToSkip => (_list & 1) == 1 && _direction == EdgeDirection.Both ? _slots[_list / 2] : -1;

    /// <summary>Makes the stage.</summary>
    /// <param name="state">The graph.</param>
    /// <param name="input">The nodes to start from.</param>
    /// <param name="direction">Which edges are followed.</param>
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
        while (count < buffer.Length)
        {
            if (_list == 2 * _count)
            {
                if (!LoadBatch())
                {
                    return count;
                }

                continue;
            }

            // Even lists are outgoing, odd ones incoming.
            bool isDone = _lists[_list] switch
            {
                null => true,
                int[] pairs => ReadPairs(pairs, buffer, ref count),
                var set => ReadSet((IntSet)set, buffer, ref count),
            };
            if (isDone)
            {
                _list++;
                _position = 0;
            }
        }

        return count;
    }

    /// <summary>
    /// Finds the lists of many nodes before it reads the first: the look-ups do not depend on each other, so the processor waits for many at
    /// once. The first batches are small because a caller may want but a few nodes.
    /// </summary>
    private bool LoadBatch()
    {
        _count = _input.Read(_slots.AsSpan(0, _batch));
        _batch = Math.Min(BatchSize, _batch * 4);
        _list = 0;
        _position = 0;
        for (int i = 0; i < _count; i++)
        {
            _lists[2 * i] = (_direction & EdgeDirection.Out) != 0 ? _state.Outgoing[_slots[i]] : null;
            _lists[(2 * i) + 1] = (_direction & EdgeDirection.In) != 0 ? _state.Incoming[_slots[i]] : null;
        }

        return _count > 0;
    }

    private bool ReadPairs(int[] pairs, Span<int> buffer, ref int count)
    {
        int start = _position;
        int self = SelfToSkip;
        for (; _position < pairs.Length && count < buffer.Length; _position += 2)
        {
            int neighbor = pairs[_position + 1];
            if (neighbor != self && _filter.Matches(neighbor))
            {
                buffer[count++] = neighbor;
            }
        }

        _progress?.Invoke((_position - start) / 2);
        return _position >= pairs.Length;
    }

    private bool ReadSet(IntSet set, Span<int> buffer, ref int count)
    {
        _large ??= set.Members().GetEnumerator();
        int self = SelfToSkip;
        int followed = 0;
        while (count < buffer.Length)
        {
            if (!_large.MoveNext())
            {
                _large = null;
                break;
            }

            followed++;
            var edge = _state.Edges[_large.Current]!;
            int neighbor = (_list & 1) == 0 ? edge.ChildSlot : edge.ParentSlot;
            if (neighbor != self && _filter.Matches(neighbor))
            {
                buffer[count++] = neighbor;
            }
        }

        _progress?.Invoke(followed);
        return _large is null;
    }
}
