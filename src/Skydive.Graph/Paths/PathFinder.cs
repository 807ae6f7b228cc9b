using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Graph.Paths;

/// <summary>
/// Finds shortest paths from nodes to the nearest of some targets, whatever the direction of the edges. For one reader at a time.
/// </summary>
public sealed class PathFinder
{
    private readonly Func<Node, IReadOnlyList<Node>?> _find;

    /// <summary>Prepares the search.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="edgeFilter">The condition on the edges that may be followed; null for none.</param>
    /// <param name="progress">
    /// Called now and then with the number of edges looked at since; it may throw to end the search.
    /// </param>
    public PathFinder(IGraphView view, IEnumerable<Node> targets, Filter? edgeFilter, Action<int>? progress = null)
    {
        if (view is GraphSnapshot snapshot)
        {
            var search = new SnapshotPathSearch(snapshot, targets, edgeFilter, progress);
            _find = start => snapshot.SlotOf(start) is >= 0 and int slot ? search.Find(slot)?.ConvertAll(found => snapshot.State.Nodes[found]!) : null;
        }
        else
        {
            var search = new ViewPathSearch(view, targets, edgeFilter, progress);
            _find = start => search.Find(start.Id)?.ConvertAll(found => found == start.Id ? start : view.FindNode(found)!);
        }
    }

    /// <summary>A shortest path, both ends included; null when no target can be reached.</summary>
    /// <param name="start">Where it starts; a node of the graph.</param>
    public IReadOnlyList<Node>? Find(Node start) => _find(start);
}
