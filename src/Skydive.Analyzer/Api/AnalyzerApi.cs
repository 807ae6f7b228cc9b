using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.WebSockets;
using Skydive.Contracts;
using Skydive.Contracts.Configuration;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Status;
using Skydive.Graph;
using Skydive.Gremlin;

namespace Skydive.Analyzer.Api;

/// <summary>Maps the REST and WebSocket API.</summary>
public static class AnalyzerApi
{
    private const string JsonType = "application/json; charset=UTF-8";

    /// <summary>Queries and resources are texts of people; only traces are large.</summary>
    private const long MaximumBodyBytes = 1 << 20;

    /// <summary>An injection may bring a trace with it, which has to go on to agents in one message.</summary>
    private const long MaximumInjectionBytes = 12 << 20;

    /// <summary>Maps the API of an analyzer.</summary>
    /// <param name="app">The web application.</param>
    /// <param name="analyzer">The analyzer.</param>
    /// <param name="loggers">Told of what goes wrong.</param>
    /// <param name="stopping">Fires when the service ends; connections are closed then.</param>
    /// <param name="isReady">Whether the service is complete; null when the analyzer alone decides.</param>
    public static void MapAnalyzer(
        this WebApplication app, AnalyzerRuntime analyzer, ILoggerFactory loggers, CancellationToken stopping, Func<bool>? isReady = null)
    {
        UseCommon(app);
        MapInfo(app, new() { Host = analyzer.Options.Host, Version = analyzer.Options.Version, Service = "analyzer" }, () => analyzer.IsReady && (isReady?.Invoke() ?? true));
        var clients = MapTopology(app, analyzer.Graph, analyzer.QuerySource, analyzer.Subscribers, analyzer.Options.WebSockets, "analyzer", loggers, stopping, () => analyzer.IsReady);
        app.Map("/ws/publisher", context => clients.HandleAsync(context, null, analyzer.Publishers, stopping));
        app.Map("/ws/pubsub", context => clients.HandleAsync(context, analyzer.Subscribers, analyzer.Publishers, stopping));
        app.MapGet("/api/status", context => WriteAsync(context, analyzer.GetStatus(), ContractsJsonContext.Default.AnalyzerStatus));
        app.MapConfiguration(analyzer.Options.GetConfiguration, analyzer.Options.ListConfiguration);

        var captures = new CaptureEndpoint(analyzer.Captures, analyzer.Options.DefaultLayerKeyMode);
        app.MapGet("/api/capture", captures.ListAsync);
        app.MapGet("/api/capture/{**id}", captures.GetAsync);
        app.MapPost("/api/capture", Limited(captures.CreateAsync));
        app.MapDelete("/api/capture/{**id}", captures.DeleteAsync);
        var injections = new InjectionEndpoint(analyzer.Injections);
        app.MapGet("/api/injectpacket", injections.ListAsync);
        app.MapGet("/api/injectpacket/{id}", injections.GetAsync);
        app.MapPost("/api/injectpacket", Limited(injections.CreateAsync, MaximumInjectionBytes));
        app.MapDelete("/api/injectpacket/{id}", injections.DeleteAsync);
        app.MapPost("/api/pcap", new PcapEndpoint(analyzer.Store).PostAsync);

        app.MapPost("/api/flow/path", Limited(new FlowPathEndpoint(analyzer.QuerySource).PostAsync));
        app.MapPost("/api/topology/compare", Limited(new CompareEndpoint(analyzer).PostAsync));

        var agents = new AgentEndpoint(analyzer, loggers, stopping);
        app.Map("/ws/agent/topology", agents.HandleTopologyAsync);
        app.Map("/ws/agent/flow", agents.HandleFlowAsync);
    }

    /// <summary>Maps the API of an agent of its own process: its graph, its flows and its state.</summary>
    /// <param name="app">The web application.</param>
    /// <param name="info">What the agent says of itself.</param>
    /// <param name="graph">Its graph.</param>
    /// <param name="flows">Its flow tables.</param>
    /// <param name="getStatus">How it does, given its subscribers.</param>
    /// <param name="options">How WebSocket connections are kept.</param>
    /// <param name="loggers">Told of what goes wrong.</param>
    /// <param name="stopping">Fires when the service ends; connections are closed then.</param>
    public static void MapAgent(
        this WebApplication app,
        ServiceInfo info,
        LiveGraph graph,
        IFlowSource flows,
        Func<IReadOnlyDictionary<string, ConnectionStatus>, AgentStatus> getStatus,
        WebSockets.WebSocketOptions options,
        ILoggerFactory loggers,
        CancellationToken stopping)
    {
        UseCommon(app);
        MapInfo(app, info, static () => true);
        var subscribers = new ConnectionDirectory();
        MapTopology(app, graph, new Queries.LiveQuerySource(graph, flows), subscribers, options, "agent", loggers, stopping, static () => true);
        app.MapGet("/api/status", context => WriteAsync(context, getStatus(subscribers.Status), ContractsJsonContext.Default.AgentStatus));
    }

    /// <summary>Maps the settings of a service, for whoever may read them.</summary>
    /// <param name="app">The web application.</param>
    /// <param name="get">The value of a key as JSON; null when it is not known.</param>
    /// <param name="list">All settings; secrets hidden.</param>
    public static void MapConfiguration(this WebApplication app, Func<string, string?> get, Func<IEnumerable<ConfigurationSetting>> list)
    {
        app.MapGet("/api/config", context => WriteAsync(context, [.. list()], ContractsJsonContext.Default.IReadOnlyListConfigurationSetting));
        app.MapGet("/api/config/{key}", (HttpContext context, string key) =>
        {
            if (get(key) is not { } json)
            {
                return ApiErrors.WriteAsync(context, ApiErrors.Make(StatusCodes.Status404NotFound, ErrorCodes.NotFound, $"configuration key '{key}' is not known"));
            }

            context.Response.ContentType = JsonType;
            return context.Response.WriteAsync(json + "\n", context.RequestAborted);
        });
    }

    private static void UseCommon(WebApplication app)
    {
        app.UseMiddleware<ApiErrorMiddleware>();
        app.UseMiddleware<CrossOriginMiddleware>();
        app.UseWebSockets();
    }

    private static void MapInfo(WebApplication app, ServiceInfo info, Func<bool> isReady)
    {
        app.MapGet("/api", context => WriteAsync(context, info, ContractsJsonContext.Default.ServiceInfo));
        app.MapGet("/healthz", static context => context.Response.WriteAsync("ok\n", context.RequestAborted));
        app.MapGet("/readyz", context =>
        {
            context.Response.StatusCode = isReady() ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync(isReady() ? "ready\n" : "starting\n", context.RequestAborted);
        });
    }

    private static ClientEndpoint MapTopology(
        WebApplication app,
        LiveGraph graph,
        IQuerySource source,
        ConnectionDirectory subscribers,
        WebSockets.WebSocketOptions options,
        string serviceType,
        ILoggerFactory loggers,
        CancellationToken stopping,
        Func<bool> isReady)
    {
        var topology = new TopologyEndpoint(source);
        app.MapGet("/api/topology", topology.GetAsync);
        app.MapPost("/api/topology", Limited(topology.PostAsync));
        app.MapPost("/api/gremlin/validate", Limited(GremlinEndpoint.ValidateAsync));
        app.MapPost("/api/gremlin/complete", Limited(new GremlinEndpoint(source).CompleteAsync));
        var clients = new ClientEndpoint(graph, new GremlinSubscriberFilters(), source.GetHistoryAsync, options, serviceType, loggers.CreateLogger<ClientEndpoint>())
        {
            IsReady = isReady,
        };
        app.Map("/ws/subscriber", context => clients.HandleAsync(context, subscribers, null, stopping));
        return clients;
    }

    private static RequestDelegate Limited(RequestDelegate handle, long maximumBytes = MaximumBodyBytes) => context =>
    {
        LimitedBody.Apply(context.Request, maximumBytes);
        return handle(context);
    };

    private static Task WriteAsync<T>(HttpContext context, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        context.Response.ContentType = JsonType;
        return JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }
}
