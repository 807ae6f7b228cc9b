using System.Globalization;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Skydive.Contracts;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;

namespace Skydive.Analyzer.Api;

/// <summary>Questions about flows as releases before 0.5 answered them, without Gremlin: those of the store and those of the live tables.</summary>
internal sealed class FormerFlowEndpoint(AnalyzerRuntime analyzer)
{
    /// <summary>What <see cref="ConversationAsync"/> answers.</summary>
    public const string ConversationSchema = """
        {"type":"object","required":["nodes","links"],"properties":{
          "nodes":{"type":"array","items":{"type":"object","required":["name","group"],"properties":{"name":{"type":"string"},"group":{"type":"integer"}}}},
          "links":{"type":"array","items":{"type":"object","required":["source","target","value"],"properties":{"source":{"type":"integer"},"target":{"type":"integer"},"value":{"type":"integer"}}}}}}
        """;

    /// <summary>What <see cref="DiscoveryAsync"/> answers.</summary>
    public const string DiscoverySchema =
        """{"type":"object","required":["name","size"],"properties":{"name":{"type":"string"},"size":{"type":"integer"},"children":{"type":"array","items":{"type":"object"}}}}""";

    /// <summary>What comes together in one answer.</summary>
    private const int MaximumFlows = 100_000;

    /// <summary>GET: flows whose fields have given values.</summary>
    public async Task SearchAsync(HttpContext context)
    {
        Filter? filter = null;
        foreach (var (key, values) in context.Request.Query)
        {
            foreach (string? value in values)
            {
                filter = Filter.And(filter, Condition(key, value ?? string.Empty));
            }
        }

        var flows = await FindAsync(filter, context.RequestAborted).ConfigureAwait(false);
        context.Response.ContentType = ResourceRequests.JsonType;
        await JsonSerializer.SerializeAsync(context.Response.Body, flows, ContractsJsonContext.Default.IReadOnlyListFlow, context.RequestAborted).ConfigureAwait(false);
    }

    /// <summary>GET with a layer: its ends, and what each pair of them exchanged in bytes.</summary>
    public async Task ConversationAsync(HttpContext context)
    {
        string layer = ResourceRequests.IdOf(context);
        if (EndsOf(layer) is not { } ends)
        {
            await RefuseAsync(context, $"layer '{layer}' is not known: expected ethernet, ipv4, ipv6, tcp, udp or sctp").ConfigureAwait(false);
            return;
        }

        var numbers = new Dictionary<string, int>(StringComparer.Ordinal);
        var links = new Dictionary<(int From, int To), long>();
        foreach (var flow in await FindAsync(null, context.RequestAborted).ConfigureAwait(false))
        {
            if (ends(flow) is { } pair)
            {
                var link = (NumberOf(pair.A), NumberOf(pair.B));
                links[link] = links.GetValueOrDefault(link) + (flow.Metric?.ABBytes ?? 0) + (flow.Metric?.BABytes ?? 0);
            }
        }

        await WriteAsync(context, writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("nodes");
            foreach (string name in numbers.Keys)
            {
                writer.WriteStartObject();
                writer.WriteString("name", name);
                writer.WriteNumber("group", 0);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteStartArray("links");
            foreach (var ((from, to), bytes) in links)
            {
                writer.WriteStartObject();
                writer.WriteNumber("source", from);
                writer.WriteNumber("target", to);
                writer.WriteNumber("value", bytes);
                writer.WriteEndObject();
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }).ConfigureAwait(false);

        int NumberOf(string name)
        {
            if (!numbers.TryGetValue(name, out int number))
            {
                numbers.Add(name, number = numbers.Count);
            }

            return number;
        }
    }

    /// <summary>GET with bytes or packets: the layers of flows as a tree.</summary>
    public async Task DiscoveryAsync(HttpContext context)
    {
        string unit = ResourceRequests.IdOf(context);
        if (unit is not ("bytes" or "packets"))
        {
            await RefuseAsync(context, $"'{unit}' is not known: expected bytes or packets").ConfigureAwait(false);
            return;
        }

        var root = new Layer("root");
        foreach (var flow in await FindAsync(null, context.RequestAborted).ConfigureAwait(false))
        {
            var metric = flow.Metric;
            long size = metric is null ? 0 : unit == "bytes" ? metric.ABBytes + metric.BABytes : metric.ABPackets + metric.BAPackets;
            var layer = root;
            foreach (string name in flow.LayersPath.Split('/'))
            {
                layer = layer.ChildOf(name);
                layer.Size += size;
            }

            root.Size += size;
        }

        await WriteAsync(context, root.WriteTo).ConfigureAwait(false);
    }

    // A value is text or number: which of them a field is, those who write a query string need not know.
    private static Filter Condition(string key, string value) => long.TryParse(value, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number)
        ? new AnyFilter([Filter.Equal(key, value), Filter.Equal(key, number)])
        : Filter.Equal(key, value);

    private static Func<Flow, (string A, string B)?>? EndsOf(string layer) => layer.ToUpperInvariant() switch
    {
        "ETHERNET" => static flow => flow.Link is { } link ? (link.A, link.B) : null,
        "IPV4" => static flow => flow.Network is { Protocol: "IPV4" } network ? (network.A, network.B) : null,
        "IPV6" => static flow => flow.Network is { Protocol: "IPV6" } network ? (network.A, network.B) : null,
        "TCP" => static flow => Ports(flow, "TCP"),
        "UDP" => static flow => Ports(flow, "UDP"),
        "SCTP" => static flow => Ports(flow, "SCTP"),
        _ => null,
    };

    private static (string A, string B)? Ports(Flow flow, string protocol) => flow.Transport is { } transport && transport.Protocol == protocol
        ? (transport.A.ToString(CultureInfo.InvariantCulture), transport.B.ToString(CultureInfo.InvariantCulture))
        : null;

    private static async Task WriteAsync(HttpContext context, Action<Utf8JsonWriter> write)
    {
        context.Response.ContentType = ResourceRequests.JsonType;
        var writer = new Utf8JsonWriter(context.Response.BodyWriter, MetadataJson.WriterOptions);
        await using (writer.ConfigureAwait(false))
        {
            write(writer);
        }

        await context.Response.BodyWriter.FlushAsync(context.RequestAborted).ConfigureAwait(false);
    }

    private static Task RefuseAsync(HttpContext context, string detail) =>
        ApiErrors.WriteAsync(context, ApiErrors.Make(StatusCodes.Status404NotFound, ErrorCodes.NotFound, detail));

    private Task<IReadOnlyList<Flow>> FindAsync(Filter? filter, CancellationToken cancellationToken) => analyzer.QuerySource.Flows!.SearchFlowsAsync(
        new() { Filter = filter, Slice = new(0, analyzer.Time.GetUtcNow().ToUnixTimeMilliseconds()), Limit = MaximumFlows }, cancellationToken);

    private sealed class Layer(string name)
    {
        private readonly Dictionary<string, Layer> _children = new(StringComparer.Ordinal);

        public long Size { get; set; }

        public Layer ChildOf(string childName)
        {
            if (!_children.TryGetValue(childName, out var child))
            {
                _children.Add(childName, child = new(childName));
            }

            return child;
        }

        public void WriteTo(Utf8JsonWriter writer)
        {
            writer.WriteStartObject();
            writer.WriteString("name", name);
            writer.WriteNumber("size", Size);
            if (_children.Count > 0)
            {
                writer.WriteStartArray("children");
                foreach (var child in _children.Values)
                {
                    child.WriteTo(writer);
                }

                writer.WriteEndArray();
            }

            writer.WriteEndObject();
        }
    }
}
