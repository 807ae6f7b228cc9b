using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Access;
using Skydive.Analyzer.WebSockets;
using Skydive.Contracts;
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
        UseCommon(app, protection);
        MapInfo(app, new() { Host = analyzer.Options.Host, Version = analyzer.Options.Version, Service = "analyzer" }, () => analyzer.IsReady && (isReady?.Invoke() ?? true));
        var clients = MapTopology(app, analyzer.Graph, analyzer.QuerySource, analyzer.Subscribers, analyzer.Options.WebSockets, "analyzer", loggers, stopping, () => analyzer.IsReady);
        app.Map("/ws/publisher", context => clients.HandleAsync(context, null, analyzer.Publishers, stopping)).RequireWebSocket("/ws/publisher");
        app.Map("/ws/pubsub", context => clients.HandleAsync(context, analyzer.Subscribers, analyzer.Publishers, stopping)).RequireWebSocket("/ws/pubsub");
        app.MapGet("/api/status", context => WriteAsync(context, analyzer.GetStatus(), ContractsJsonContext.Default.AnalyzerStatus)).RequirePermission("status", "read");
        app.MapGet("/api/config/{key}", (HttpContext context, string key) =>
        {
            if (analyzer.Options.GetConfiguration(key) is not { } json)
            {
                return ApiErrors.WriteAsync(context, ApiErrors.Make(StatusCodes.Status404NotFound, ErrorCodes.NotFound, $"configuration key '{key}' is not known"));
            }

            context.Response.ContentType = JsonType;
            return context.Response.WriteAsync(json + "\n", context.RequestAborted);
        }).RequirePermission("config", "read");

        var captures = new CaptureEndpoint(analyzer.Captures, analyzer.Options.DefaultLayerKeyMode);
        app.MapGet("/api/capture", captures.ListAsync).RequirePermission("capture", "read");
        app.MapGet("/api/capture/{**id}", captures.GetAsync).RequirePermission("capture", "read");
        app.MapPost("/api/capture", captures.CreateAsync).RequirePermission("capture", "write");
        app.MapDelete("/api/capture/{**id}", captures.DeleteAsync).RequirePermission("capture", "write");
        var injections = new InjectionEndpoint(analyzer.Injections);
        app.MapGet("/api/injectpacket", injections.ListAsync).RequirePermission("injectpacket", "read");
        app.MapGet("/api/injectpacket/{id}", injections.GetAsync).RequirePermission("injectpacket", "read");
        app.MapPost("/api/injectpacket", injections.CreateAsync).WithMetadata(new BodyLimit(protection.Limits.MaximumInjectionBytes)).RequirePermission("injectpacket", "write");
        app.MapDelete("/api/injectpacket/{id}", injections.DeleteAsync).RequirePermission("injectpacket", "write");
        var meshes = new PingMeshEndpoint(analyzer.PingMeshes, analyzer.Time);
        app.MapGet("/api/pingmesh", meshes.ListAsync).RequirePermission("pingmesh", "read");
        app.MapGet("/api/pingmesh/{id}", meshes.GetAsync).RequirePermission("pingmesh", "read");
        app.MapGet("/api/pingmesh/{id}/samples", meshes.GetSamplesAsync).RequirePermission("pingmesh", "read");
        app.MapPost("/api/pingmesh", meshes.CreateAsync).RequirePermission("pingmesh", "write");
        app.MapDelete("/api/pingmesh/{id}", meshes.DeleteAsync).RequirePermission("pingmesh", "write");
        app.MapPost("/api/pcap", new PcapEndpoint(analyzer.Store).PostAsync).WithMetadata(new BodyLimit(null)).RequirePermission("pcap", "write");

        app.MapPost("/api/flow/path", new FlowPathEndpoint(analyzer.QuerySource).PostAsync).RequirePermission("topology", "read");
        app.MapPost("/api/topology/compare", new CompareEndpoint(analyzer).PostAsync).RequirePermission("topology", "read");

        var agents = new AgentEndpoint(analyzer, loggers, stopping);
        app.Map("/ws/agent/topology", agents.HandleTopologyAsync).RequireWebSocket("/ws/agent/topology", AccessRealm.Cluster);
        app.Map("/ws/agent/flow", agents.HandleFlowAsync).RequireWebSocket("/ws/agent/flow", AccessRealm.Cluster);
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
    /// <param name="protection">What stands between clients and the API; null for nothing but limits.</param>
    public static void MapAgent(
        this WebApplication app,
        ServiceInfo info,
        LiveGraph graph,
        IFlowSource flows,
        Func<IReadOnlyDictionary<string, ConnectionStatus>, AgentStatus> getStatus,
        WebSockets.WebSocketOptions options,
        ILoggerFactory loggers,
        CancellationToken stopping,
        ApiProtection? protection = null)
    {
        protection ??= new();
        UseCommon(app, protection);
        MapInfo(app, info, static () => true);
        var subscribers = new ConnectionDirectory();
        MapTopology(app, graph, new Queries.LiveQuerySource(graph, flows), subscribers, options, "agent", loggers, stopping, static () => true);
        app.MapGet("/api/status", context => WriteAsync(context, getStatus(subscribers.Status), ContractsJsonContext.Default.AgentStatus)).RequirePermission("status", "read");
    }

    // What every request passes, in this order; routing, which comes before, has found its endpoint.
    private static void UseCommon(WebApplication app, ApiProtection protection)
    {
        app.UseMiddleware<ApiErrorMiddleware>();
        app.UseMiddleware<CrossOriginMiddleware>(protection);
        app.UseWebSockets();
        app.UseMiddleware<AccessMiddleware>(protection, TimeProvider.System);
        app.UseMiddleware<RequestLimitMiddleware>(protection.Limits);
        var logIn = new LogInEndpoint(protection.Access);
        app.MapGet("/login", LogInEndpoint.GetAsync).AllowAnybody();
        app.MapPost("/login", logIn.PostAsync).WithMetadata(new BodyLimit(LogInEndpoint.MaximumBytes)).AllowAnybody();
        app.MapPost("/logout", logIn.LogOutAsync).AllowAnybody();
    }

    private static void MapInfo(WebApplication app, ServiceInfo info, Func<bool> isReady)
    {
        app.MapGet("/api", context => WriteAsync(context, info, ContractsJsonContext.Default.ServiceInfo)).RequireUser();
        app.MapGet("/healthz", static context => context.Response.WriteAsync("ok\n", context.RequestAborted)).AllowAnybody();
        app.MapGet("/readyz", context =>
        {
            context.Response.StatusCode = isReady() ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable;
            return context.Response.WriteAsync(isReady() ? "ready\n" : "starting\n", context.RequestAborted);
        }).AllowAnybody();
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
        app.MapGet("/api/topology", topology.GetAsync).RequirePermission("topology", "read");
        app.MapPost("/api/topology", topology.PostAsync).RequirePermission("topology", "read");
        app.MapPost("/api/gremlin/validate", GremlinEndpoint.ValidateAsync).RequirePermission("topology", "read");
        app.MapPost("/api/gremlin/complete", new GremlinEndpoint(source).CompleteAsync).RequirePermission("topology", "read");
        var clients = new ClientEndpoint(graph, new GremlinSubscriberFilters(), source.GetHistoryAsync, options, serviceType, loggers.CreateLogger<ClientEndpoint>())
        {
            IsReady = isReady,
        };
        app.Map("/ws/subscriber", context => clients.HandleAsync(context, subscribers, null, stopping)).RequireWebSocket("/ws/subscriber");
        return clients;
    }

    private static Task WriteAsync<T>(HttpContext context, T value, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> type)
    {
        context.Response.ContentType = JsonType;
        return JsonSerializer.SerializeAsync(context.Response.Body, value, type, context.RequestAborted);
    }
}
