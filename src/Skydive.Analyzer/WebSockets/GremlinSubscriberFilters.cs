using Skydive.Analyzer.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Gremlin;

namespace Skydive.Analyzer.WebSockets;

/// <summary>Filters of subscribers that are Gremlin expressions giving a graph.</summary>
internal sealed class GremlinSubscriberFilters : ISubscriberFilters
{
    /// <inheritdoc/>
    public ISubscriberFilter Compile(string gremlin, string host)
    {
        GremlinQuery query;
        try
        {
            query = GremlinEngine.Compile(gremlin);
        }
        catch (GremlinException e)
        {
            throw new FormatException($"Invalid Gremlin filter '{gremlin}' for client {host}: {e.Message}", e);
        }

        if (query.Kind != GremlinKind.Graph)
        {
            throw new FormatException($"Gremlin query '{gremlin}' did not return a graph: end it with SubGraph()");
        }

        return new Filter(query);
    }

    private sealed class Filter(GremlinQuery query) : ISubscriberFilter
    {
        public async Task<SubGraph> EvaluateAsync(GraphSnapshot snapshot, CancellationToken cancellationToken)
        {
            try
            {
                var result = await query.ExecuteAsync(new SnapshotQuerySource(snapshot), null, cancellationToken).ConfigureAwait(false);
                return new() { Nodes = [.. result.Nodes], Edges = [.. result.Edges] };
            }
            catch (GremlinException e) when (e.Reason == GremlinErrorReason.NotFound)
            {
                // A filter that names a node by its identifier shows nothing while there is no such node.
                return new();
            }
        }
    }
}
