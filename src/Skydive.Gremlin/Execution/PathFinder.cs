using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>
/// Finds shortest paths from nodes to any of a set of targets: breadth first from both sides at once, always on the side with the smaller
/// frontier, so that a path of n edges costs about two searches of n/2 edges. Edges are followed in both directions.
/// </summary>
internal sealed class PathFinder
{
    /// <summary>
    /// Beyond this many targets one is near, and a search from their side would have to begin with all of them for each start.
    /// </summary>
    private const int MaximumOrigins = 64;

    private readonly IGraphView _view;
    private readonly Filter? _edgeFilter;
    private readonly QueryBudget _budget;
    private readonly List<Node> _targets = [];
    private readonly Side? _manyTargets;

    /// <summary>Prepares the search.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="edgeFilter">The condition on the edges; null for none.</param>
    /// <param name="budget">What it may use up.</param>
    public PathFinder(IGraphView view, IEnumerable<Node> targets, Filter? edgeFilter, QueryBudget budget)
    {
        _view = view;
        _edgeFilter = edgeFilter;
        _budget = budget;
        foreach (var target in targets)
        {
            budget.Visit();
            _targets.Add(target);
        }

        _manyTargets = _targets.Count > MaximumOrigins ? new(_targets) : null;
    }

    /// <summary>A shortest path, both ends included; null when no target can be reached.</summary>
    /// <param name="start">Where it starts.</param>
    public IReadOnlyList<Node>? Find(Node start)
    {
        var forward = new Side([start]);
        var backward = _manyTargets ?? new Side(_targets);
        if (backward.Reached.ContainsKey(start.Id))
        {
            return [start];
        }

        while (forward.Frontier.Count > 0 && backward.Frontier.Count > 0)
        {
            bool isForward = _manyTargets is not null || forward.Frontier.Count <= backward.Frontier.Count;
            if (Expand(isForward ? forward : backward, isForward ? backward : forward) is { } meeting)
            {
                return Join(forward, backward, meeting);
            }
        }

        return null;
    }

    private static List<Node> Join(Side forward, Side backward, string meeting)
    {
        var path = new List<Node>();
        for (var node = forward.Reached[meeting].Node; node is not null; node = forward.Reached[node.Id].From)
        {
            path.Add(node);
        }

        path.Reverse();
        for (var node = backward.Reached[meeting].From; node is not null; node = backward.Reached[node.Id].From)
        {
            path.Add(node);
        }

        return path;
    }

    /// <summary>
    /// Takes one side one edge further. Every node that is reached by both sides in this round lies on a path of the same length, the shortest,
    /// because each side holds all nodes up to its depth: so the first one is taken.
    /// </summary>
    private string? Expand(Side side, Side other)
    {
        var next = new List<Node>();
        foreach (var node in side.Frontier)
        {
            foreach (var edge in _view.GetEdges(node, EdgeDirection.Both))
            {
                _budget.Visit();
                if (_edgeFilter is not null && !_edgeFilter.Matches(edge))
                {
                    continue;
                }

                foreach (var reached in Plans.Steps.Neighbors.Across(_view, edge, node))
                {
                    if (!side.Reached.TryAdd(reached.Id, (reached, node)))
                    {
                        continue;
                    }

                    if (other.Reached.ContainsKey(reached.Id))
                    {
                        return reached.Id;
                    }

                    next.Add(reached);
                }
            }
        }

        side.Frontier = next;
        return null;
    }

    /// <summary>What is reached from one end.</summary>
    private sealed class Side
    {
        public Side(List<Node> origins)
        {
            Frontier = origins;
            foreach (var node in origins)
            {
                Reached.TryAdd(node.Id, (node, null));
            }
        }

        /// <summary>The nodes that were reached last.</summary>
        public List<Node> Frontier { get; set; }

        /// <summary>All nodes that were reached, and from which.</summary>
        public Dictionary<string, (Node Node, Node? From)> Reached { get; } = new(StringComparer.Ordinal);
    }
}
