using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Access;
using Skydive.Analyzer.Api.Routing;
using Skydive.Analyzer.Metrics;
using Skydive.Analyzer.WebSockets;
using Skydive.Contracts;
using Skydive.Contracts.Configuration;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Status;
using Skydive.Graph;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Api;

/// <summary>The REST and WebSocket API: the one table of its endpoints.</summary>
public static class AnalyzerApi
{
    /// <summary>Traces are large; the server's own limit is the only one.</summary>
    private const long NoLimit = long.MaxValue;

    private static readonly ApiParameter s_timeToLive = new("X-Resource-TTL", "header", "After how long it ends by itself, such as 30s or 1h30m");

    private static ContractsJsonContext Types => ContractsJsonContext.Default;

    /// <summary>Maps the API of an analyzer.</summary>
    /// <param name="app">The web application.</param>
    /// <param name="analyzer">The analyzer.</param>
    /// <param name="loggers">Told of what goes wrong.</param>
    /// <param name="stopping">Fires when the service ends; connections are closed then.</param>
    /// <param name="isReady">Whether the service is complete; null when the analyzer alone decides.</param>
    /// <param name="protection">What stands between clients and the API; null for nothing but limits.</param>
    public static void MapAnalyzer(
        this WebApplication app, AnalyzerRuntime analyzer, ILoggerFactory loggers, CancellationToken stopping, Func<bool>? isReady = null, ApiProtection? protection = null)
    {
        protection ??= new();
        var requests = UseCommon(app, protection);
        var info = new ServiceInfo { Host = analyzer.Options.Host, Version = analyzer.Options.Version, Service = "analyzer" };
        var topology = new TopologyEndpoint(analyzer.QuerySource);
        var clients = new ClientEndpoint(
            analyzer.Graph,
            analyzer.Filters,
            analyzer.QuerySource.GetHistoryAsync,
            analyzer.Options.WebSockets,
            "analyzer",
            loggers.CreateLogger<ClientEndpoint>())
        {
            IsReady = () => analyzer.IsReady,
            Notices = analyzer.Notices,
        };
        analyzer.Watch(clients.Fault);
        var flowSubscribers = new FlowSubscriberEndpoint(
            analyzer.FlowBoard, analyzer.FlowSubscribers, analyzer.Captures.GetStatistics, analyzer.Options.WebSockets, analyzer.Options.Host, stopping);
        ApiRoutes.Map(
            app,
            info,
            [
                .. LogIn(new(protection.Access)),
                .. Service(info, () => analyzer.IsReady && (isReady?.Invoke() ?? true), requests, writer => AnalyzerMetrics.Write(writer, analyzer)),
                Json("/api/status", "How the analyzer does.", "Service", analyzer.GetStatus, Types.AnalyzerStatus) with { Object = "status", Action = "read" },
                .. Configuration(analyzer.Options.GetConfiguration, analyzer.Options.ListConfiguration),
                .. Topology(topology, analyzer.QuerySource),
                .. Past(analyzer),
                .. Elements("node", "node", Types.Node, new NodeEndpoint(analyzer)),
                .. Elements("edge", "edge", Types.Edge, new EdgeEndpoint(analyzer)),
                .. Captures(new(analyzer.Captures, analyzer.Options.DefaultLayerKeyMode)),
                .. Injections(new(analyzer.Injections), protection.Limits.MaximumInjectionBytes),
                .. PingMeshes(new(analyzer.PingMeshes, analyzer.Time)),
                .. Flows(analyzer),
                .. Former(topology, new FormerFlowEndpoint(analyzer)),
                WebSocket("/ws/subscriber", "Tells of every change of the graph.", context => clients.HandleAsync(context, analyzer.Subscribers, null, stopping)),
                WebSocket("/ws/subscriber/flow", "Tells of flows as they come, and of what became of packets.", flowSubscribers.HandleAsync),
                WebSocket("/ws/publisher", "Takes nodes and edges from programs of others.", context => clients.HandleAsync(context, null, analyzer.Publishers, stopping)),
                WebSocket("/ws/pubsub", "Both: tells of changes of others, and takes changes.", context => clients.HandleAsync(context, analyzer.Subscribers, analyzer.Publishers, stopping)),
                .. Agents(new(analyzer, loggers, stopping)),
            ]);
    }

    /// <summary>Maps the API of an agent of its own process: its graph, its flows and its state.</summary>
    /// <param name="app">The web application.</param>
    /// <param name="info">What the agent says of itself.</param>
    /// <param name="graph">Its graph.</param>
    /// <param name="flows">Its flow tables.</param>
    /// <param name="getStatus">How it does, given its subscribers.</param>
    /// <param name="getConfiguration">The value of a configuration key as JSON; null when it is not known.</param>
    /// <param name="listConfiguration">All settings.</param>
    /// <param name="options">How WebSocket connections are kept.</param>
    /// <param name="loggers">Told of what goes wrong.</param>
    /// <param name="stopping">Fires when the service ends; connections are closed then.</param>
    /// <param name="isReady">Whether its probes have begun.</param>
    /// <param name="protection">What stands between clients and the API; null for nothing but limits.</param>
    public static void MapAgent(
        this WebApplication app,
        ServiceInfo info,
        LiveGraph graph,
        IFlowSource flows,
        Func<IReadOnlyDictionary<string, ConnectionStatus>, AgentStatus> getStatus,
        Func<string, string?> getConfiguration,
        Func<IEnumerable<ConfigurationSetting>> listConfiguration,
        WebSockets.WebSocketOptions options,
        ILoggerFactory loggers,
        CancellationToken stopping,
        Func<bool> isReady,
        ApiProtection? protection = null)
    {
        protection ??= new();
        var requests = UseCommon(app, protection);
        var subscribers = new ConnectionDirectory();
        var source = new Queries.LiveQuerySource(graph, flows);
        var clients = new ClientEndpoint(graph, new SubscriberFilters(), source.GetHistoryAsync, options, "agent", loggers.CreateLogger<ClientEndpoint>());
        ApiRoutes.Map(
            app,
            info,
            [
                .. LogIn(new(protection.Access)),
                .. Service(info, isReady, requests, writer => AgentMetrics.Write(writer, info, graph, getStatus(subscribers.Status), subscribers)),
                Json("/api/status", "How the agent does.", "Service", () => getStatus(subscribers.Status), Types.AgentStatus) with { Object = "status", Action = "read" },
                .. Configuration(getConfiguration, listConfiguration),
                .. Topology(new(source), source),
                WebSocket("/ws/subscriber", "Tells of every change of the agent's graph.", context => clients.HandleAsync(context, subscribers, null, stopping)),
            ]);
    }

    // What every request passes, in this order; routing, which comes before, has found its endpoint.
    private static RequestCounter UseCommon(WebApplication app, ApiProtection protection)
    {
        var requests = new RequestCounter();
        app.Use(requests.CountAsync);
        app.UseMiddleware<ApiErrorMiddleware>();
        app.UseMiddleware<CrossOriginMiddleware>(protection);
        app.UseWebSockets();
        app.UseMiddleware<AccessMiddleware>(protection, TimeProvider.System);
        app.UseMiddleware<RequestLimitMiddleware>(protection.Limits);
        return requests;
    }

    private static IEnumerable<ApiRoute> LogIn(LogInEndpoint endpoint)
    {
        var open = new ApiRoute
        {
            Verb = "GET",
            Path = "/login",
            Summary = "A form to log in with, for browsers.",
            Tag = "Service",
            IsOpen = true,
            Answers = [new(200, "The form", ApiSchema.Text, "text/html")],
            Handle = LogInEndpoint.GetAsync,
        };
        return
        [
            open,
            open with
            {
                Verb = "POST",
                Summary = "Logs in with user name and password.",
                Body = ApiSchema.Literal("""{"type":"object","required":["username","password"],"properties":{"username":{"type":"string"},"password":{"type":"string"}}}"""),
                BodyType = "application/x-www-form-urlencoded",
                MaximumBytes = LogInEndpoint.MaximumBytes,
                Answers = [new(200, "A token, and what it allows; also as cookies", ApiSchema.Any), new(401, "They are wrong")],
                Handle = endpoint.PostAsync,
            },
            open with
            {
                Verb = "POST",
                Path = "/logout",
                Summary = "Gives a token back: it is worth nothing from then on.",
                Answers = [new(200, "It is gone")],
                Handle = endpoint.LogOutAsync,
            },
        ];
    }

    private static IEnumerable<ApiRoute> Service(ServiceInfo info, Func<bool> isReady, RequestCounter requests, Action<MetricWriter> writeMetrics) =>
    [
        Json("/api", "Who answers.", "Service", () => info, Types.ServiceInfo),
        new()
        {
            Verb = "GET",
            Path = "/healthz",
            Summary = "Whether the process answers.",
            Tag = "Service",
            IsOpen = true,
            Answers = [new(200, "It does", ApiSchema.Text, "text/plain")],
            Handle = static context => WriteTextAsync(context, "ok\n"),
        },
        new()
        {
            Verb = "GET",
            Path = "/readyz",
            Summary = "Whether the service is complete: history, captures and this host's own graph are there.",
            Tag = "Service",
            IsOpen = true,
            Answers = [new(200, "It is", ApiSchema.Text, "text/plain"), new(503, "Not yet, or not any more", ApiSchema.Text, "text/plain")],
            Handle = context =>
            {
                bool ready = isReady();
                context.Response.StatusCode = ready ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
                return WriteTextAsync(context, ready ? "ready\n" : "starting\n");
            },
        },
        new()
        {
            Verb = "GET",
            Path = "/metrics",
            Summary = "Counters of the service in the text format of Prometheus.",
            Tag = "Service",
            Object = "status",
            Action = "read",
            Answers = [new(200, "The counters", ApiSchema.Text, "text/plain")],
            Handle = context =>
            {
                var writer = new MetricWriter();
                writeMetrics(writer);
                requests.Write(writer);
                ProcessMetrics.Write(writer);
                context.Response.ContentType = MetricWriter.MediaType;
                return context.Response.WriteAsync(writer.ToString(), context.RequestAborted);
            },
        },
    ];

    private static IEnumerable<ApiRoute> Configuration(Func<string, string?> getConfiguration, Func<IEnumerable<ConfigurationSetting>> listConfiguration)
    {
        var all = Json(
            "/api/config", "All settings: the value of each, its default, and where it was set.", "Service", () => (IReadOnlyList<ConfigurationSetting>)[.. listConfiguration()], Types.IReadOnlyListConfigurationSetting)
            with { Object = "config", Action = "read" };
        return
        [
            all,
            all with
            {
                Path = "/api/config/{**id}",
                Summary = "The value of a configuration key.",
                Answers = [new(200, "The value", ApiSchema.Any), new(404, "There is no such key")],
                Handle = context =>
                {
                    string key = ResourceRequests.IdOf(context);
                    if (getConfiguration(key) is not { } json)
                    {
                        return ApiErrors.WriteAsync(context, ApiErrors.Make(StatusCodes.Status404NotFound, ErrorCodes.NotFound, $"configuration key '{key}' is not known"));
                    }

                    context.Response.ContentType = ResourceRequests.JsonType;
                    return context.Response.WriteAsync(json + "\n", context.RequestAborted);
                },
            },
        ];
    }

    private static IEnumerable<ApiRoute> Topology(TopologyEndpoint topology, IQuerySource source)
    {
        var permission = new ApiRoute { Path = string.Empty, Summary = string.Empty, Tag = "Topology", Object = "topology", Action = "read", Handle = topology.GetAsync };
        return
        [
            permission with { Verb = "GET", Path = "/api/topology", Summary = "The whole graph.", Answers = [new(200, "The graph", ApiSchema.Of(Types.SubGraph))] },
            permission with
            {
                Verb = "POST",
                Path = "/api/topology",
                Summary = "Runs a Gremlin query.",
                Body = ApiSchema.Of(Types.TopologyQuery),
                IsBodyOptional = true,
                Parameters = [new("Accept", "header", "application/json, text/vnd.graphviz for a graph, application/vnd.tcpdump.pcap for packets")],
                Answers =
                [
                    new(200, "The result", ApiSchema.Any),
                    new(200, "The result", ApiSchema.Text, "text/vnd.graphviz"),
                    new(200, "The result", ApiSchema.Text, "application/vnd.tcpdump.pcap"),
                    new(204, "There is no query"),
                    new(400, "It is no query, or cannot be answered"),
                    new(406, "The result cannot be given in this form"),
                ],
                Handle = topology.PostAsync,
            },
            permission with
            {
                Verb = "POST",
                Path = "/api/gremlin/validate",
                Summary = "Whether a text is a query.",
                Body = ApiSchema.Of(Types.TopologyQuery),
                Answers = [new(200, "Whether, and what is wrong with it", ApiSchema.Of(Types.ValidationReply))],
                Handle = GremlinEndpoint.ValidateAsync,
            },
            permission with
            {
                Verb = "POST",
                Path = "/api/gremlin/complete",
                Summary = "What may stand at a place in a query.",
                Body = ApiSchema.Of(Types.CompletionRequest),
                Answers = [new(200, "The candidates", ApiSchema.Of(Types.CompletionReply))],
                Handle = new GremlinEndpoint(source).CompleteAsync,
            },
        ];
    }

    private static IEnumerable<ApiRoute> Past(AnalyzerRuntime analyzer) =>
    [
        new()
        {
            Verb = "POST",
            Path = "/api/topology/compare",
            Summary = "What came, went and changed between two times.",
            Tag = "Topology",
            Object = "topology",
            Action = "read",
            Body = ApiSchema.Of(Types.CompareRequest),
            Answers = [new(200, "The differences", ApiSchema.Of(Types.CompareReply))],
            Handle = new CompareEndpoint(analyzer).PostAsync,
        },
    ];

    private static IEnumerable<ApiRoute> Elements<T>(string resource, string noun, JsonTypeInfo<T> type, ElementEndpoint<T> endpoint)
        where T : Contracts.Topology.GraphElement
    {
        string path = "/api/" + resource;
        string one = path + "/{**id}";
        var read = new ApiRoute { Verb = "GET", Path = path, Summary = $"All {noun}s by identifier.", Tag = "Topology", Object = resource, Action = "read", Answers = [new(200, $"The {noun}s", ApiSchema.MapOf(type))], Handle = endpoint.ListAsync };
        var write = read with { Action = "write" };
        return
        [
            read,
            read with
            {
                Path = one,
                Summary = $"One {noun}.",
                Answers = [new(200, $"The {noun}", ApiSchema.Of(type)), new(404, $"There is no such {noun}")],
                Handle = endpoint.GetAsync,
            },
            write with
            {
                Verb = "POST",
                Summary = $"Adds {(noun[0] == 'e' ? "an" : "a")} {noun}.",
                Body = ApiSchema.Of(type),
                Answers = [new(201, $"The {noun} as it is", ApiSchema.Of(type)), new(400, "It lacks something"), new(409, $"There is {(noun[0] == 'e' ? "an" : "a")} {noun} with this identifier")],
                Handle = endpoint.CreateAsync,
            },
            write with
            {
                Verb = "PATCH",
                Path = one,
                Summary = $"Changes the metadata of {(noun[0] == 'e' ? "an" : "a")} {noun} (RFC 6902).",
                Body = ApiSchema.Literal("""{"type":"array","items":{"type":"object","required":["op","path"],"properties":{"op":{"enum":["add","remove","replace","move","copy","test"]},"path":{"type":"string"},"from":{"type":"string"},"value":{}}}}"""),
                BodyType = "application/json-patch+json",
                Answers = [new(200, $"The {noun} as it is then", ApiSchema.Of(type)), new(304, "Nothing changed"), new(400, "The patch cannot be applied"), new(404, $"There is no such {noun}")],
                Handle = endpoint.PatchAsync,
            },
            write with
            {
                Verb = "DELETE",
                Path = one,
                Summary = $"Removes {(noun[0] == 'e' ? "an" : "a")} {noun}.",
                Answers = [new(200, "It is gone"), new(404, $"There is no such {noun}"), new(409, "An agent tells of it, who would bring it back")],
                Handle = endpoint.DeleteAsync,
            },
        ];
    }

    private static IEnumerable<ApiRoute> Captures(CaptureEndpoint captures) => Resource(
        "capture", "capture", Types.Capture, captures.ListAsync, captures.GetAsync, captures.CreateAsync, captures.DeleteAsync);

    private static IEnumerable<ApiRoute> Injections(InjectionEndpoint injections, long maximumBytes) => Resource(
        "injectpacket", "injection", Types.Injection, injections.ListAsync, injections.GetAsync, injections.CreateAsync, injections.DeleteAsync)
        .Select(route => route.Body is null ? route : route with { MaximumBytes = maximumBytes });

    // They send packets, and whoever may do that may do it many times over.
    private static IEnumerable<ApiRoute> PingMeshes(PingMeshEndpoint meshes) =>
    [
        .. Resource("pingmesh", "ping mesh", Types.PingMesh, meshes.ListAsync, meshes.GetAsync, meshes.CreateAsync, meshes.DeleteAsync)
            .Select(static route => route with { Object = "injectpacket", Path = route.Path.Replace("{**id}", "{id}", StringComparison.Ordinal) }),
        new()
        {
            Verb = "GET",
            Path = "/api/pingmesh/{id}/samples",
            Summary = "What the pairs of a ping mesh measured over a span of time.",
            Tag = "Resources",
            Object = "injectpacket",
            Action = "read",
            Answers = [new(200, "The samples", ApiSchema.Of(Types.IReadOnlyListPingSample)), new(404, "There is no such ping mesh")],
            Handle = meshes.GetSamplesAsync,
        },
    ];

    private static IEnumerable<ApiRoute> Resource(
        string resource, string noun, JsonTypeInfo type, RequestDelegate list, RequestDelegate get, RequestDelegate create, RequestDelegate delete)
    {
        string path = "/api/" + resource;
        var read = new ApiRoute { Verb = "GET", Path = path, Summary = $"All {noun}s by identifier.", Tag = "Resources", Object = resource, Action = "read", Answers = [new(200, $"The {noun}s", ApiSchema.MapOf(type))], Handle = list };
        var write = read with { Action = "write" };
        return
        [
            read,
            read with { Path = path + "/{**id}", Summary = $"One {noun}.", Answers = [new(200, $"The {noun}", ApiSchema.Of(type)), new(404, $"There is no such {noun}")], Handle = get },
            write with
            {
                Verb = "POST",
                Summary = $"A new {noun}.",
                Body = ApiSchema.Of(type),
                Parameters = [s_timeToLive],
                Answers = [new(201, $"The {noun} as it is in force", ApiSchema.Of(type)), new(400, "It is not valid"), new(409, "There is one like it")],
                Handle = create,
            },
            write with { Verb = "DELETE", Path = path + "/{**id}", Summary = $"Ends {(noun[0] == 'i' ? "an" : "a")} {noun}.", Answers = [new(200, "It is gone"), new(404, $"There is no such {noun}")], Handle = delete },
        ];
    }

    private static IEnumerable<ApiRoute> Flows(AnalyzerRuntime analyzer) =>
    [
        new()
        {
            Verb = "POST",
            Path = "/api/pcap",
            Summary = "Brings the flows of a pcap or pcapng file into the store.",
            Tag = "Flows",
            Object = "pcap",
            Action = "write",
            Body = ApiSchema.Literal("""{"type":"string","contentMediaType":"application/vnd.tcpdump.pcap"}"""),
            BodyType = "application/octet-stream",
            MaximumBytes = NoLimit,
            Answers = [new(202, "They are there"), new(400, "The file is damaged; the flows of the packets before that are kept")],
            Handle = new PcapEndpoint(analyzer.Store).PostAsync,
        },
        new()
        {
            Verb = "POST",
            Path = "/api/flow/path",
            Summary = "Where the packets of conversations pass, and where they are lost.",
            Tag = "Flows",
            Object = "topology",
            Action = "read",
            Body = ApiSchema.Of(Types.TopologyQuery),
            Answers = [new(200, "The paths", ApiSchema.Of(Types.IReadOnlyListFlowPath))],
            Handle = new FlowPathEndpoint(analyzer.QuerySource).PostAsync,
        },
    ];

    // Names of releases before 0.5.
    private static IEnumerable<ApiRoute> Former(TopologyEndpoint topology, FormerFlowEndpoint flows)
    {
        var read = new ApiRoute { Verb = "GET", Path = "/rpc/topology", Summary = "The whole graph, as in release 0.2.", Tag = "Former API", Object = "topology", Action = "read", Answers = [new(200, "The graph", ApiSchema.Of(Types.SubGraph))], Handle = topology.GetAsync };
        foreach (var (search, conversation) in new[] { ("/rpc/flows", "/rpc/conversation/{**id}"), ("/api/flow/search", "/api/flow/conversation/{**id}") })
        {
            yield return read with
            {
                Path = search,
                Summary = "Flows whose fields have the values that the query string gives, such as ?Network.A=10.0.0.1.",
                Answers = [new(200, "The flows", ApiSchema.ListOf(Types.Flow))],
                Handle = flows.SearchAsync,
            };
            yield return read with
            {
                Path = conversation,
                Summary = "Who talks to whom in a layer: ethernet, ipv4, ipv6, tcp, udp or sctp.",
                Answers = [new(200, "Ends of flows, and links between them by their number", ApiSchema.Literal(FormerFlowEndpoint.ConversationSchema)), new(404, "There is no such layer")],
                Handle = flows.ConversationAsync,
            };
        }

        yield return read;
        yield return read with
        {
            Path = "/api/flow/discovery/{**id}",
            Summary = "A tree of the layers of flows with their bytes or packets.",
            Answers = [new(200, "The tree", ApiSchema.Literal(FormerFlowEndpoint.DiscoverySchema)), new(404, "It is neither bytes nor packets")],
            Handle = flows.DiscoveryAsync,
        };
    }

    private static IEnumerable<ApiRoute> Agents(AgentEndpoint agents) =>
    [
        WebSocket("/ws/agent/topology", "Agents tell of their graph, and take orders.", agents.HandleTopologyAsync) with { IsForAgents = true },
        WebSocket("/ws/agent/flow", "Agents send flows.", agents.HandleFlowAsync) with { IsForAgents = true },
    ];

    private static ApiRoute WebSocket(string path, string summary, RequestDelegate handle) => new()
    {
        Path = path,
        Summary = summary,
        Tag = "WebSocket",
        Object = "websocket",
        Action = path,
        Parameters =
        [
            new(Contracts.Messages.WebSocketHeaders.ClientType, "header", "What the client is; needed", IsRequired: true),
            new(Contracts.Messages.WebSocketHeaders.HostId, "header", "Its identity"),
        ],
        Answers = [new(101, "The connection is up"), new(400, "A header is missing or wrong"), new(409, "A client with this identity is connected"), new(426, "This path speaks WebSocket only")],
        Handle = handle,
    };

    private static ApiRoute Json<T>(string path, string summary, string tag, Func<T> get, JsonTypeInfo<T> type) => new()
    {
        Verb = "GET",
        Path = path,
        Summary = summary,
        Tag = tag,
        Answers = [new(200, "The answer", ApiSchema.Of(type))],
        Handle = context =>
        {
            context.Response.ContentType = ResourceRequests.JsonType;
            return JsonSerializer.SerializeAsync(context.Response.Body, get(), type, context.RequestAborted);
        },
    };

    private static Task WriteTextAsync(HttpContext context, string text)
    {
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(text, context.RequestAborted);
    }
}
