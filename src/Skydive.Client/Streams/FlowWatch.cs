using System.Runtime.CompilerServices;
using Skydive.Contracts.Flows;

namespace Skydive.Client.Streams;

/// <summary>Follows flows by asking again and again, and tells what is new.</summary>
public static class FlowWatch
{
    /// <summary>
    /// Gives each flow when it is new, and again whenever it counted something, for ever. Keeps only what it needs of the flows of the last
    /// round.
    /// </summary>
    /// <param name="client">The client to ask by.</param>
    /// <param name="queries">The queries for the flows of now.</param>
    /// <param name="interval">The time between two rounds.</param>
    /// <param name="initialState">Whether the flows of the first round are given too.</param>
    /// <param name="asking">Told each query before it is sent for the first time; null when nobody wants to know.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public static async IAsyncEnumerable<Flow> WatchFlowsAsync(
        this SkydiveClient client, IReadOnlyList<string> queries, TimeSpan interval, bool initialState, Action<string>? asking, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(client);
        ArgumentNullException.ThrowIfNull(queries);
        var known = new Dictionary<string, (long Packets, long Last)>(StringComparer.Ordinal);
        for (bool isFirst = true; true; isFirst = false)
        {
            var found = new Dictionary<string, (long Packets, long Last)>(known.Count, StringComparer.Ordinal);
            foreach (string query in queries)
            {
                if (isFirst)
                {
                    asking?.Invoke(query);
                }

                await foreach (var item in client.QueryAsync(query, cancellationToken).ConfigureAwait(false))
                {
                    var flow = item.Flow ?? throw new ArgumentException($"{query} does not give flows", nameof(queries));
                    var state = ((flow.Metric?.ABPackets ?? 0) + (flow.Metric?.BAPackets ?? 0), flow.Last);
                    bool isNews = known.TryGetValue(flow.UUID, out var before) ? before != state : !isFirst || initialState;
                    if (found.TryAdd(flow.UUID, state) && isNews)
                    {
                        yield return flow;
                    }
                }
            }

            known = found;
            await Task.Delay(interval, cancellationToken).ConfigureAwait(false);
        }
    }
}
