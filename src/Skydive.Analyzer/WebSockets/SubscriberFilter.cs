using Skydive.Contracts.Topology;
using Skydive.Graph.Events;
using Skydive.Gremlin;

namespace Skydive.Analyzer.WebSockets;

/// <summary>What a subscriber wants to see of the graph.</summary>
/// <param name="Query">The query that gives it.</param>
internal sealed record SubscriberFilter(GremlinQuery Query)
{
    /// <summary>Whether a change can bring other elements into view than before, or take some out of it.</summary>
    public bool CanBeTouchedBy(GraphEvent graphEvent)
    {
        if (Query.DecidingKeys is not { } keys || graphEvent.Previous is not { } before || graphEvent.Kind is not (GraphEventKind.NodeUpdated or GraphEventKind.EdgeUpdated))
        {
            return true;
        }

        var after = graphEvent.Element;
        if (before.Origin != after.Origin || before.Host != after.Host || before.CreatedAt != after.CreatedAt)
        {
            return true;
        }

        foreach (string key in keys)
        {
            if (!Equals(before, after, key))
            {
                return true;
            }
        }

        return false;
    }

    private static bool Equals(GraphElement before, GraphElement after, string key)
    {
        bool isThere = before.Metadata.TryGetValue(key, out var left);
        return isThere == after.Metadata.TryGetValue(key, out var right) && (!isThere || left.Equals(right));
    }
}
