using System.Runtime.CompilerServices;
using Skydive.Client.Gremlin;
using Skydive.Client.Selection;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Walks;

/// <summary>The queries that a walk is made of, at one time, told to whoever wants to see them.</summary>
internal sealed class WalkQueries(SkydiveClient client, DateTimeOffset? at, TimeSpan? duration, Action<string>? asking)
{
    // A query may name so many nodes before its text grows too long.
    private const int MaximumIds = 200;

    /// <summary>The nodes that an expression gives.</summary>
    /// <exception cref="ArgumentException">It gives something else.</exception>
    public async IAsyncEnumerable<Node> NodesAsync(GremlinText expression, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        string text = expression.At(at, duration).ToString();
        asking?.Invoke(text);
        await foreach (var item in client.QueryAsync(text, cancellationToken).ConfigureAwait(false))
        {
            yield return item.Node ?? throw new ArgumentException($"{expression} does not give nodes");
        }
    }

    /// <summary>The nodes with these identifiers, in no order.</summary>
    public async IAsyncEnumerable<Node> NodesAsync(IEnumerable<string> ids, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string[] chunk in ids.Chunk(MaximumIds))
        {
            await foreach (var node in NodesAsync(NodeSelector.FromIds(chunk), cancellationToken).ConfigureAwait(false))
            {
                yield return node;
            }
        }
    }

    /// <summary>The edges of nodes, each once for each chunk of them.</summary>
    /// <param name="ids">Identifiers of the nodes.</param>
    /// <param name="step">BothE, OutE or InE.</param>
    /// <param name="relationTypes">Types or patterns; empty for all.</param>
    /// <param name="cancellationToken">Gives up.</param>
    public async IAsyncEnumerable<Edge> EdgesAsync(
        IEnumerable<string> ids, string step, IReadOnlyList<string> relationTypes, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (string[] chunk in ids.Chunk(MaximumIds))
        {
            string text = NodeSelector.FromIds(chunk).At(at, duration).Step(step).Dedup().HasLike("RelationType", relationTypes).ToString();
            asking?.Invoke(text);
            await foreach (var item in client.QueryAsync(text, cancellationToken).ConfigureAwait(false))
            {
                if (item.Edge is { } edge)
                {
                    yield return edge;
                }
            }
        }
    }
}
