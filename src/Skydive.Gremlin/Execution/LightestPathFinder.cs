using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>
/// Finds paths whose edges weigh least in sum (Dijkstra), from nodes to any of some targets, whatever the direction of the edges. The revisions of a
/// node in a span of time are one node.
/// </summary>
internal sealed class LightestPathFinder
{
    private readonly IGraphView _view;
    private readonly HashSet<string> _targets;
    private readonly Filter? _edgeFilter;
    private readonly Func<Edge, double> _weight;
    private readonly QueryBudget _budget;

    /// <summary>Prepares the search.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="targets">The targets.</param>
    /// <param name="edgeFilter">The condition on the edges that may be followed; null for none.</param>
    /// <param name="weight">What an edge weighs: not less than 0.</param>
    /// <param name="budget">What the search may use up.</param>
    public LightestPathFinder(IGraphView view, IEnumerable<Node> targets, Filter? edgeFilter, Func<Edge, double> weight, QueryBudget budget)
    {
        _view = view;
        _targets = targets.Select(static node => node.Id).ToHashSet(StringComparer.Ordinal);
        _edgeFilter = edgeFilter;
        _weight = weight;
        _budget = budget;
    }

    /// <summary>A lightest path, both ends included; null when no target can be reached. Of paths that weigh the same the one found first.</summary>
    /// <param name="start">Where it starts; a node of the graph.</param>
    public IReadOnlyList<Node>? Find(Node start)
    {
        var from = new Dictionary<string, string>(StringComparer.Ordinal);
        var least = new Dictionary<string, double>(StringComparer.Ordinal) { [start.Id] = 0 };
        var done = new HashSet<string>(StringComparer.Ordinal);
        var queue = new PriorityQueue<string, (double Weight, int Order)>();
        int order = 0;
        queue.Enqueue(start.Id, (0, order++));
        while (queue.TryDequeue(out string? id, out var priority))
        {
            if (!done.Add(id))
            {
                continue;
            }

            if (_targets.Contains(id))
            {
                return ToPath(id, from, start);
            }

            _budget.Visit();
            if (_view.FindNode(id) is not { } node)
            {
                continue;
            }

            foreach (var edge in _view.GetEdges(node, EdgeDirection.Both))
            {
                _budget.Visit();
                string neighbor = string.Equals(edge.Parent, id, StringComparison.Ordinal) ? edge.Child : edge.Parent;
                if (done.Contains(neighbor) || (_edgeFilter is not null && !_edgeFilter.Matches(edge)) || _view.FindNode(neighbor) is null)
                {
                    continue;
                }

                double weight = priority.Weight + _weight(edge);
                if (!least.TryGetValue(neighbor, out double known) || weight < known)
                {
                    least[neighbor] = weight;
                    from[neighbor] = id;
                    queue.Enqueue(neighbor, (weight, order++));
                }
            }
        }

        return null;
    }

    /// <summary>What an edge weighs by a field: 1 where it has none.</summary>
    /// <param name="edge">The edge.</param>
    /// <param name="key">The field.</param>
    /// <param name="weight">The weight.</param>
    /// <returns>False when the field holds no number that is 0 or more.</returns>
    public static bool TryWeigh(Edge edge, FieldPath key, out double weight)
    {
        weight = 1;
        return !edge.TryGetField(key, out var value) || value.IsNull || (value.TryGetDouble(out weight) && weight >= 0);
    }

    private List<Node> ToPath(string target, Dictionary<string, string> from, Node start)
    {
        var path = new List<Node>();
        for (string id = target; ; id = from[id])
        {
            bool isStart = string.Equals(id, start.Id, StringComparison.Ordinal);
            path.Add(isStart ? start : _view.FindNode(id)!);
            if (isStart)
            {
                path.Reverse();
                return path;
            }
        }
    }
}
