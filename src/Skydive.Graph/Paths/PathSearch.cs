namespace Skydive.Graph.Paths;

/// <summary>
/// Breadth first search from both sides at once, always on the side with the smaller frontier, so that a path of n edges costs about two
/// searches of n/2 edges.
/// </summary>
/// <typeparam name="TKey">What stands for a node.</typeparam>
internal abstract class PathSearch<TKey>
    where TKey : notnull, IEquatable<TKey>
{
    /// <summary>
    /// Beyond this many targets one is near, and a search from their side would have to begin with all of them for each start.
    /// </summary>
    private const int MaximumOrigins = 64;

    private readonly List<TKey> _neighbors = [];
    private readonly TKey[] _targets;
    private readonly Side? _manyTargets;

    protected PathSearch(IEnumerable<TKey> targets)
    {
        _targets = [.. targets];
        _manyTargets = _targets.Length > MaximumOrigins ? new(_targets) : null;
    }

    /// <summary>A shortest path, both ends included; null when no target can be reached.</summary>
    /// <param name="start">Where it starts.</param>
    public List<TKey>? Find(TKey start)
    {
        var forward = new Side([start]);
        var backward = _manyTargets ?? new Side(_targets);
        if (backward.From.ContainsKey(start))
        {
            return [start];
        }

        while (forward.Frontier.Count > 0 && backward.Frontier.Count > 0)
        {
            bool isForward = _manyTargets is not null || forward.Frontier.Count <= backward.Frontier.Count;
            var (side, other) = isForward ? (forward, backward) : (backward, forward);
            if (Expand(side, other, out var meeting))
            {
                return Join(forward, backward, meeting);
            }
        }

        return null;
    }

    /// <summary>Adds the nodes at the other ends of the edges that may be followed.</summary>
    /// <param name="node">The node at this end.</param>
    /// <param name="neighbors">Where to.</param>
    protected abstract void AddNeighbors(TKey node, List<TKey> neighbors);

    private static List<TKey> Join(Side forward, Side backward, TKey meeting)
    {
        List<TKey> path = [meeting];
        for (var node = meeting; !forward.IsOrigin(node, out var from); node = from)
        {
            path.Add(from);
        }

        path.Reverse();
        for (var node = meeting; !backward.IsOrigin(node, out var from); node = from)
        {
            path.Add(from);
        }

        return path;
    }

    /// <summary>
    /// Takes one side one edge further. Every node that is reached by both sides in this round lies on a path of the same length, the shortest,
    /// because each side holds all nodes up to its depth: so the first one is taken.
    /// </summary>
    private bool Expand(Side side, Side other, out TKey meeting)
    {
        var next = new List<TKey>();
        foreach (var node in side.Frontier)
        {
            _neighbors.Clear();
            AddNeighbors(node, _neighbors);
            foreach (var neighbor in _neighbors)
            {
                if (!side.From.TryAdd(neighbor, node))
                {
                    continue;
                }

                if (other.From.ContainsKey(neighbor))
                {
                    meeting = neighbor;
                    return true;
                }

                next.Add(neighbor);
            }
        }

        side.Frontier = next;
        meeting = default!;
        return false;
    }

    /// <summary>What is reached from one end.</summary>
    private sealed class Side
    {
        public Side(IReadOnlyCollection<TKey> origins)
        {
            Frontier = origins;
            From = new(origins.Count);
            foreach (var node in origins)
            {
                From.TryAdd(node, node);
            }
        }

        /// <summary>The nodes that were reached last.</summary>
        public IReadOnlyCollection<TKey> Frontier { get; set; }

        /// <summary>All nodes that were reached, and from which; origins from themselves.</summary>
        public Dictionary<TKey, TKey> From { get; }

        public bool IsOrigin(TKey node, out TKey from)
        {
            from = From[node];
            return from.Equals(node);
        }
    }
}
