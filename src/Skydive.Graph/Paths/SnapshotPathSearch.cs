using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Collections;
using Skydive.Graph.Reading;

namespace Skydive.Graph.Paths;

/// <summary>Searches a snapshot by slots: nodes are not touched, and edges only where the index does not answer the condition.</summary>
internal sealed class SnapshotPathSearch : PathSearch<int>
{
    private readonly GraphState _state;
    private readonly SlotFilter<Edge> _edges;
    private readonly Action<int>? _progress;

    public SnapshotPathSearch(GraphSnapshot snapshot, IEnumerable<Node> targets, Filter? edgeFilter, Action<int>? progress)
        : base(targets.Select(snapshot.SlotOf).Where(static slot => slot >= 0))
    {
        _state = snapshot.State;
        _edges = new(_state.Edges, _state.EdgeIndex, edgeFilter);
        _progress = progress;
    }

    /// <inheritdoc/>
    protected override void AddNeighbors(int node, List<int> neighbors)
    {
        int looked = Add(_state.Outgoing[node], isOutgoing: true, neighbors) + Add(_state.Incoming[node], isOutgoing: false, neighbors);
        _progress?.Invoke(looked);
    }

    private int Add(object? list, bool isOutgoing, List<int> neighbors)
    {
        if (list is int[] pairs)
        {
            for (int i = 0; i < pairs.Length; i += 2)
            {
                if (_edges.Matches(pairs[i]))
                {
                    neighbors.Add(pairs[i + 1]);
                }
            }

            return pairs.Length / 2;
        }

        foreach (int slot in EdgeList.Edges(list))
        {
            if (_edges.Matches(slot))
            {
                var edge = _state.Edges[slot]!;
                neighbors.Add(isOutgoing ? edge.ChildSlot : edge.ParentSlot);
            }
        }

        return list is IntSet set ? set.Count : 0;
    }
}
