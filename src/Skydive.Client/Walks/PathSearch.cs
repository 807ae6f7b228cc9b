using System.Runtime.CompilerServices;
using Skydive.Client.Gremlin;
using Skydive.Client.Selection;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Walks;

/// <summary>Looks for the shortest paths between nodes.</summary>
public static class PathSearch
{
    private const int MaximumEnds = 1000;

    /// <summary>Gives a shortest path for each node that paths may begin at.</summary>
    /// <param name="client">The client to ask by.</param>
    /// <param name="query">What to look for.</param>
    /// <param name="asking">Told each query before it is sent; null when nobody wants to know.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <returns>An answer for each begin; none when no node is a begin.</returns>
    /// <exception cref="ArgumentException">An expression gives no nodes but something else, or there is no end, or more than 1000.</exception>
    public static async IAsyncEnumerable<PathAnswer> FindPathsAsync(
        this SkydiveClient client, PathQuery query, Action<string>? asking, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(query);
        var queries = new WalkQueries(client, query.At, null, asking);
        var sources = await CollectAsync(queries.NodesAsync(query.From, cancellationToken)).ConfigureAwait(false);
        var ends = await CollectAsync(queries.NodesAsync(query.To, cancellationToken)).ConfigureAwait(false);
        if (ends.Count is 0 or > MaximumEnds)
        {
            throw new ArgumentException(ends.Count == 0 ? $"{query.To} gives no node to lead to" : $"{query.To} gives {ends.Count} nodes; a path may end at {MaximumEnds} at most");
        }

        var goal = new GremlinConditions("@ID", GremlinPredicate.Within(ends.Select(static node => node.Id)));
        foreach (var source in sources)
        {
            if (ends.Exists(end => end.Id == source.Id))
            {
                yield return new(source, new([source], []));
                continue;
            }

            string text = NodeSelector.FromIds([source.Id]).At(query.At).Step("ShortestPathTo", goal, query.Relations).ToString();
            asking?.Invoke(text);
            IReadOnlyList<Node>? nodes = null;
            await foreach (var item in client.QueryAsync(text, cancellationToken).ConfigureAwait(false))
            {
                nodes ??= item.Items?.Select(static element => element.Node!).ToList();
            }

            yield return new(source, nodes is null ? null : new(nodes, await EdgesAsync(queries, nodes, query.RelationTypes, cancellationToken).ConfigureAwait(false)));
        }
    }

    private static async Task<IReadOnlyList<Edge>> EdgesAsync(WalkQueries queries, IReadOnlyList<Node> nodes, IReadOnlyList<string> relationTypes, CancellationToken cancellationToken)
    {
        var place = nodes.Select(static (node, index) => (node.Id, index)).ToDictionary(static pair => pair.Id, static pair => pair.index, StringComparer.Ordinal);
        var edges = new Edge?[nodes.Count - 1];
        await foreach (var edge in queries.EdgesAsync(place.Keys, "BothE", relationTypes, cancellationToken).ConfigureAwait(false))
        {
            bool isOnPath = place.TryGetValue(edge.Parent, out int parent) & place.TryGetValue(edge.Child, out int child) && Math.Abs(parent - child) == 1;
            if (isOnPath && (relationTypes.Count > 0 || edge.RelationType != RelationTypes.Ownership))
            {
                edges[Math.Min(parent, child)] ??= edge;
            }
        }

        // An edge that went away since the path was found leaves a gap that nobody could use.
        return [.. edges.OfType<Edge>()];
    }

    private static async Task<List<Node>> CollectAsync(IAsyncEnumerable<Node> nodes)
    {
        var byId = new Dictionary<string, Node>(StringComparer.Ordinal);
        await foreach (var node in nodes.ConfigureAwait(false))
        {
            byId[node.Id] = node;
        }

        return [.. byId.Values];
    }
}
