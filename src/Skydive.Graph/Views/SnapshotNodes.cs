using System.Collections;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Reading;

namespace Skydive.Graph.Views;

/// <summary>
/// A lazy sequence of nodes of one snapshot. It can be filtered, walked from and counted without touching the nodes, as far as the index
/// answers; enumerating it gives the nodes. Immutable; safe for use by several threads at once, each with its own enumeration.
/// </summary>
public sealed class SnapshotNodes : IEnumerable<Node>
{
    private readonly GraphSnapshot _snapshot;
    private readonly Func<SlotReader> _open;
    private readonly int _knownCount;
    private readonly Action<int>? _progress;

    internal SnapshotNodes(GraphSnapshot snapshot, Func<SlotReader> open, Action<int>? progress, int knownCount = -1)
    {
        _snapshot = snapshot;
        _open = open;
        _progress = progress;
        _knownCount = knownCount;
    }

    /// <summary>Those that meet a condition.</summary>
    /// <param name="filter">The condition.</param>
    public SnapshotNodes Where(Filter filter)
    {
        var condition = _snapshot.Prepare(filter);
        return new(_snapshot, () => new FilterReader(_open(), condition, _progress), _progress);
    }

    /// <summary>
    /// The nodes at the other ends of their edges, once for each edge: for each node first those at its outgoing edges, then those at its
    /// incoming ones.
    /// </summary>
    /// <param name="direction">Which edges are followed; an edge from a node to itself is followed once.</param>
    /// <param name="filter">The condition on the nodes that are reached; null for none.</param>
    public SnapshotNodes Walk(EdgeDirection direction, Filter? filter = null)
    {
        var condition = _snapshot.Prepare(filter);
        return new(_snapshot, () => new WalkReader(_snapshot.State, _open(), direction, condition, _progress), _progress);
    }

    /// <summary>How many there are.</summary>
    public long Count()
    {
        if (_knownCount >= 0)
        {
            return _knownCount;
        }

        Span<int> slots = stackalloc int[256];
        var reader = _open();
        long count = 0;
        while (reader.Read(slots) is > 0 and int read)
        {
            count += read;
        }

        return count;
    }

    /// <inheritdoc/>
    public IEnumerator<Node> GetEnumerator() => new Enumerator(_snapshot.State, _open());

    /// <inheritdoc/>
    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    private sealed class Enumerator(GraphState state, SlotReader reader) : IEnumerator<Node>
    {
        private const int FirstBatch = 8;
        private const int LargestBatch = 256;

        private int[] _slots = new int[FirstBatch];
        private Node[] _nodes = new Node[FirstBatch];
        private int _count;
        private int _index = -1;

        /// <inheritdoc/>
        public Node Current => _nodes[_index];

        /// <inheritdoc/>
        object IEnumerator.Current => Current;

        /// <inheritdoc/>
        public bool MoveNext() => ++_index < _count || Load();

        /// <inheritdoc/>
        public void Reset() => throw new NotSupportedException();

        /// <inheritdoc/>
        public void Dispose()
        {
        }

        private bool Load()
        {
            if (_count == _slots.Length && _count < LargestBatch)
            {
                _slots = new int[_count * 4];
                _nodes = new Node[_count * 4];
            }

            _count = reader.Read(_slots);
            for (int i = 0; i < _count; i++)
            {
                _nodes[i] = state.Nodes[_slots[i]]!;
            }

            _index = 0;
            return _count > 0;
        }
    }
}
