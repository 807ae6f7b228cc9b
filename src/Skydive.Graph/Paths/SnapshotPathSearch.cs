using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
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
        object? adjacency = _state.Adjacencies[node];
        if (adjacency is int[] array)
        {
            for (int i = 1; i < array.Length; i += 2)
            {
                if (_edges.Matches(array[i]))
                {
                    neighbors.Add(array[i + 1]);
                }
            }

            _progress?.Invoke(array.Length / 2);
        }
        else if (adjacency is Adjacency.Sets sets)
        {
            foreach (int slot in sets.Outgoing.Members().Where(_edges.Matches))
            {
                neighbors.Add(_state.Edges[slot]!.ChildSlot);
            }

            foreach (int slot in sets.Incoming.Members().Where(_edges.Matches))
            {
                neighbors.Add(_state.Edges[slot]!.ParentSlot);
            }

            _progress?.Invoke(sets.Outgoing.Count + sets.Incoming.Count);
        }
    }
}
