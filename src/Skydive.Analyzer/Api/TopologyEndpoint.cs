using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Skydive.Analyzer.Access;
using Skydive.Contracts;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Api;

/// <summary><c>/api/topology</c>: the whole graph, and Gremlin queries.</summary>
internal sealed class TopologyEndpoint(IQuerySource source)
{
    private const string JsonType = "application/json; charset=UTF-8";
    private const string DotType = "vnd.graphviz";
    private const string PcapType = "vnd.tcpdump.pcap";

    /// <summary>GET: the whole graph as one object.</summary>
    public async Task GetAsync(HttpContext context)
    {
        var view = source.Live;
        context.Response.ContentType = JsonType;
        var writer = new Utf8JsonWriter(context.Response.BodyWriter, MetadataJson.WriterOptions);
        await using (writer.ConfigureAwait(false))
        {
            writer.WriteStartObject();
            writer.WriteStartArray("Nodes"u8);
            foreach (var node in view.GetNodes())
            {
                node.WriteTo(writer);
                await FlushIfLargeAsync(writer, context).ConfigureAwait(false);
            }

            writer.WriteEndArray();
            writer.WriteStartArray("Edges"u8);
            foreach (var edge in view.GetEdges())
            {
                edge.WriteTo(writer);
                await FlushIfLargeAsync(writer, context).ConfigureAwait(false);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>POST: a query.</summary>
    public async Task PostAsync(HttpContext context)
    {
        var query = context.Request.ContentLength == 0 || !context.Request.Body.CanRead
            ? null
            : await ReadQueryAsync(context).ConfigureAwait(false);
        if (string.IsNullOrEmpty(query?.GremlinQuery))
        {
            context.Response.StatusCode = StatusCodes.Status204NoContent;
            return;
        }

        var compiled = GremlinEngine.Compile(query.GremlinQuery);
        if (compiled.ReadsPackets && context.GetCaller() is var caller && !caller.IsAllowed(Permission.RawPackets))
        {
            await ApiErrors.WriteAsync(
                context, ApiErrors.Make(StatusCodes.Status403Forbidden, ErrorCodes.AccessDenied, AccessMiddleware.Denied(caller, Permission.RawPackets))).ConfigureAwait(false);
            return;
        }

        var result = await compiled.ExecuteAsync(source, null, context.RequestAborted).ConfigureAwait(false);
        if (Accepts(context, DotType))
        {
            if (result.Kind != GremlinKind.Graph)
            {
                await RefuseAsync(context, "only a graph can be given as DOT: end the query with SubGraph()").ConfigureAwait(false);
                return;
            }

            context.Response.ContentType = "text/vnd.graphviz; charset=UTF-8";
            await result.WriteDotAsync(context.Response.BodyWriter, context.RequestAborted).ConfigureAwait(false);
        }
        else if (Accepts(context, PcapType))
        {
            if (result.Kind != GremlinKind.RawPackets)
            {
                await RefuseAsync(context, "only packets can be given as pcap: end the query with RawPackets()").ConfigureAwait(false);
                return;
            }

            context.Response.ContentType = "application/vnd.tcpdump.pcap";
            await result.WritePcapAsync(context.Response.BodyWriter, context.RequestAborted).ConfigureAwait(false);
        }
        else
        {
            context.Response.ContentType = JsonType;
            await result.WriteToAsync(context.Response.BodyWriter, context.RequestAborted).ConfigureAwait(false);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static bool Accepts(HttpContext context, string type) =>
        context.Request.Headers.Accept.Any(accept => accept is not null && accept.Contains(type, StringComparison.OrdinalIgnoreCase));

    private static Task RefuseAsync(HttpContext context, string detail) =>
        ApiErrors.WriteAsync(context, ApiErrors.Make(StatusCodes.Status406NotAcceptable, ErrorCodes.NotAcceptable, detail));

    private static async Task<TopologyQuery?> ReadQueryAsync(HttpContext context)
    {
        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body, context.RequestAborted).ConfigureAwait(false);
        return body.Length == 0 ? null : JsonSerializer.Deserialize(body.GetBuffer().AsSpan(0, (int)body.Length), ContractsJsonContext.Default.TopologyQuery);
    }

    /// <summary>Sends what was written when it is much.</summary>
    internal static async ValueTask FlushIfLargeAsync(Utf8JsonWriter writer, HttpContext context)
    {
        if (writer.BytesPending > 32 * 1024)
        {
            writer.Flush();
            await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
        }
    }
}
