using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Skydive.Contracts;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Api;

/// <summary><c>/api/flow/path</c>: where the packets of conversations pass, and where they are lost.</summary>
internal sealed class FlowPathEndpoint(IQuerySource source)
{
    private const string JsonType = "application/json; charset=UTF-8";

    /// <summary>POST: the paths of the flows that a query finds.</summary>
    public async Task PostAsync(HttpContext context)
    {
        var request = await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJsonContext.Default.TopologyQuery, context.RequestAborted).ConfigureAwait(false);
        var query = GremlinEngine.Compile(string.IsNullOrEmpty(request?.GremlinQuery) ? "G.Flows()" : request.GremlinQuery);
        if (query.Kind != GremlinKind.Flows)
        {
            throw new BadHttpRequestException($"GremlinQuery gives {query.Kind} and not flows, such as G.Flows().Has('Network', '10.0.0.1')");
        }

        var result = await query.ExecuteAsync(source, null, context.RequestAborted).ConfigureAwait(false);
        IReadOnlyList<FlowPath> paths = [.. result.FlowPaths];
        context.Response.ContentType = JsonType;
        await JsonSerializer.SerializeAsync(context.Response.Body, paths, ContractsJsonContext.Default.IReadOnlyListFlowPath, context.RequestAborted).ConfigureAwait(false);
    }
}
