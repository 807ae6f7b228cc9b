using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Status;
using Skydive.Graph;
using Skydive.Graph.Views;

namespace Skydive.Analyzer.WebSockets;

/// <summary><c>/ws/subscriber</c>: tells clients of every change of a graph.</summary>
internal sealed class SubscriberEndpoint
{
    private readonly LiveGraph _graph;
    private readonly ISubscriberFilters _filters;
    private readonly Func<TimeSlice, CancellationToken, Task<IGraphView>> _history;
    private readonly ConnectionDirectory _connections;
    private readonly WebSocketOptions _options;
    private readonly string _serviceType;
    private readonly ILogger<SubscriberEndpoint> _logger;

    public SubscriberEndpoint(
        LiveGraph graph,
        ISubscriberFilters filters,
        Func<TimeSlice, CancellationToken, Task<IGraphView>> history,
        ConnectionDirectory connections,
        WebSocketOptions options,
        string serviceType,
        ILogger<SubscriberEndpoint> logger)
    {
        _graph = graph;
        _filters = filters;
        _history = history;
        _connections = connections;
        _options = options;
        _serviceType = serviceType;
        _logger = logger;
    }

    /// <summary>Serves one connection until it ends.</summary>
    public async Task HandleAsync(HttpContext context, CancellationToken stopping)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            await RefuseAsync(context, StatusCodes.Status426UpgradeRequired, "this path speaks WebSocket only").ConfigureAwait(false);
            return;
        }

        if (ClientIdentity.Read(context.Request, out string? error) is not { } client)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, error!).ConfigureAwait(false);
            return;
        }

        ISubscriberFilter? filter = null;
        try
        {
            filter = client.GremlinFilter is { } gremlin ? _filters.Compile(gremlin, client.HostId) : null;
        }
        catch (FormatException e)
        {
            await RefuseAsync(context, StatusCodes.Status400BadRequest, e.Message).ConfigureAwait(false);
            return;
        }

        using var subscription = _graph.Subscribe(_options.QueueSize);
        var since = DateTimeOffset.UtcNow;
        var status = new ConnectionStatus
        {
            ServiceType = client.ClientType,
            ClientProtocol = "json",
            Addr = context.Connection.RemoteIpAddress?.ToString() ?? string.Empty,
            Port = context.Connection.RemotePort,
            IsConnected = true,
            ConnectTime = since,
            RemoteHost = client.HostId,
        };
        if (!_connections.TryAdd(client.HostId, () => status with { Dropped = subscription.TotalLost }))
        {
            await RefuseAsync(
                context, StatusCodes.Status409Conflict, $"a client with {WebSocketHeaders.HostId} '{client.HostId}' is connected").ConfigureAwait(false);
            return;
        }

        try
        {
            context.Response.Headers[WebSocketHeaders.HostId] = _graph.Host;
            context.Response.Headers[WebSocketHeaders.ServiceType] = _serviceType;
            using var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
            {
                KeepAliveInterval = _options.PingDelay,
                KeepAliveTimeout = _options.PongTimeout,
            }).ConfigureAwait(false);
            var session = new SubscriberSession(socket, client, filter, subscription, _filters, _history, _options, _logger);
            using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, stopping);
            await session.RunAsync(ending.Token).ConfigureAwait(false);
        }
        finally
        {
            _connections.Remove(client.HostId);
        }
    }

    private static Task RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        return context.Response.WriteAsync(reason + "\n", context.RequestAborted);
    }
}
