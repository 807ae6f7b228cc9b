using System.Runtime.CompilerServices;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Walks;

/// <summary>Looks for what is around nodes, level by level.</summary>
public static class NeighborSearch
{
    /// <summary>
    /// Gives the nodes around others, near ones first, each once with the edge on which it was reached first. The nodes to start from are not
    /// among them.
    /// </summary>
    /// <param name="client">The client to ask by.</param>
    /// <param name="query">What to look for.</param>
    /// <param name="asking">Told each query before it is sent; null when nobody wants to know.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="ArgumentException">An expression to start from gives no nodes but something else.</exception>
    public static async IAsyncEnumerable<Neighbor> FindNeighborsAsync(
        this SkydiveClient client, NeighborQuery query, Action<string>? asking, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(query);
        var queries = new WalkQueries(client, query.At, query.Duration, asking);
        var level = new Dictionary<string, Node>(StringComparer.Ordinal);
        foreach (var start in query.From)
        {
            await foreach (var node in queries.NodesAsync(start, cancellationToken).ConfigureAwait(false))
            {
                level[node.Id] = node;
            }
        }

        var seen = new HashSet<string>(level.Keys, StringComparer.Ordinal);
        string step = query.Direction switch { WalkDirection.Out => "OutE", WalkDirection.In => "InE", _ => "BothE" };
        for (int distance = 1; distance <= query.Depth && level.Count > 0; distance++)
        {
            var reached = new Dictionary<string, (Edge Edge, string Via)>(StringComparer.Ordinal);
            await foreach (var edge in queries.EdgesAsync(level.Keys, step, query.RelationTypes, cancellationToken).ConfigureAwait(false))
            {
                foreach (var (near, far) in new[] { (edge.Parent, edge.Child), (edge.Child, edge.Parent) })
                {
                    bool follows = query.Direction == WalkDirection.Both || (query.Direction == WalkDirection.Out) == (near == edge.Parent);
                    if (follows && level.ContainsKey(near) && seen.Add(far))
                    {
                        reached.Add(far, (edge, near));
                    }
                }
            }

            var next = new Dictionary<string, Node>(StringComparer.Ordinal);
            await foreach (var node in queries.NodesAsync(reached.Keys, cancellationToken).ConfigureAwait(false))
            {
                // Over a span of time the same node comes once for each of its revisions; the last one counts.
                next[node.Id] = node;
            }

            foreach (var node in next.Values)
            {
                var (edge, via) = reached[node.Id];
                yield return new(node, distance, level[via], edge);
            }

            level = next;
        }
    }
}
