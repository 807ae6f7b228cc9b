using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Hub;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Status;
using Skydive.Contracts.Topology;
using Skydive.Flows.Encoding;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.WebSockets;

/// <summary><c>/ws/agent/topology</c> and <c>/ws/agent/flow</c>: agents of other processes send their graph and their flows.</summary>
internal sealed partial class AgentEndpoint
{
    private readonly AnalyzerRuntime _analyzer;
    private readonly WebSocketOptions _options;
    private readonly CancellationToken _stopping;
    private readonly ILogger<AgentEndpoint> _logger;
    private readonly Dictionary<string, Serving> _serving = new(StringComparer.Ordinal);

    public AgentEndpoint(AnalyzerRuntime analyzer, ILoggerFactory loggers, CancellationToken stopping)
    {
        _analyzer = analyzer;
        _options = analyzer.Options.WebSockets;
        _stopping = stopping;
        _logger = loggers.CreateLogger<AgentEndpoint>();
    }

    /// <summary>Serves one agent's graph connection until it ends. The graph stays as it was until the agent comes back.</summary>
    public async Task HandleTopologyAsync(HttpContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping);
        var (client, socket) = await AcceptAsync(context).ConfigureAwait(false);
        if (socket is null)
        {
            return;
        }

        // An agent may be back before its old connection is given up. What still comes on that is older than what comes on this one.
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        Serving? before;
        lock (_serving)
        {
            _serving.TryGetValue(client!.HostId, out before);
            _serving[client.HostId] = new(ending, ended.Task);
            before?.Ending.CancelAsync();
        }

        try
        {
            using (socket)
            {
                if (before is not null)
                {
                    await before.Ended.ConfigureAwait(false);
                }

                await ServeTopologyAsync(context, client, socket, ending.Token).ConfigureAwait(false);
            }
        }
        finally
        {
            lock (_serving)
            {
                if (_serving.TryGetValue(client.HostId, out var current) && current.Ending == ending)
                {
                    _serving.Remove(client.HostId);
                }

                ended.SetResult();
            }
        }
    }

    /// <summary>Serves one agent's flow connection until it ends: each binary message is one block of flows.</summary>
    public async Task HandleFlowAsync(HttpContext context)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted, _stopping);
        var (client, socket) = await AcceptAsync(context).ConfigureAwait(false);
        if (socket is null)
        {
            return;
        }

        using (socket)
        {
            try
            {
                while (await WebSocketReader.ReadAsync(socket, _options.MaximumAgentMessageBytes, ending.Token).ConfigureAwait(false) is { } received)
                {
                    if (received.Type == WebSocketMessageType.Binary)
                    {
                        _analyzer.Flows.TryAccept(FlowChunk.Decode(received.Data));
                    }
                }

                await WebSocketClosing.CloseAsync(socket).ConfigureAwait(false);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
            {
                LogGone(_logger, client!.HostId, e.Message);
            }
            catch (FlowChunkException e)
            {
                LogRefused(_logger, client!.HostId, e.Message);
                socket.Abort();
            }
        }
    }

    private async Task ServeTopologyAsync(HttpContext context, ClientIdentity client, WebSocket socket, CancellationToken cancellationToken)
    {
        using var link = new RemoteAgentLink(client.HostId, socket, _options);
        var status = new ConnectionStatus
        {
            ServiceType = "agent",
            ClientProtocol = "json",
            Addr = context.Connection.RemoteIpAddress?.ToString() ?? string.Empty,
            Port = context.Connection.RemotePort,
            IsConnected = true,
            ConnectTime = DateTimeOffset.UtcNow,
            RemoteHost = client.HostId,
        };
        var receiver = new GraphReceiver(_analyzer.Graph, "agent." + client.HostId, _logger);
        AgentRegistration? registration = null;
        try
        {
            while (await WebSocketReader.ReadAsync(socket, _options.MaximumAgentMessageBytes, cancellationToken).ConfigureAwait(false) is { } received)
            {
                var message = JsonSerializer.Deserialize(received.Data.Span, ContractsJsonContext.Default.WebSocketMessage)
                    ?? throw new JsonException("the message is null");
                if (message.Namespace != MessageNamespaces.Graph)
                {
                    link.OnReply(message);
                    continue;
                }

                if (registration is null && message.Type != MessageTypes.Sync)
                {
                    throw new JsonException($"{message.Type} came before {MessageTypes.Sync}");
                }

                Apply(receiver, message);

                // Only with its graph here can captures be matched and started on it.
                registration ??= _analyzer.Agents.Add(link, () => status);
            }

            await WebSocketClosing.CloseAsync(socket).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            LogGone(_logger, client.HostId, e.Message);
        }
        catch (Exception e) when (e is JsonException or ArgumentException or GraphException)
        {
            // An agent that speaks differently has to begin anew rather than be half understood.
            LogRefused(_logger, client.HostId, e.Message);
            socket.Abort();
        }
        finally
        {
            registration?.Dispose();
        }
    }

    private static void Apply(GraphReceiver receiver, WebSocketMessage message)
    {
        switch (message.Type)
        {
            case MessageTypes.Sync:
                receiver.Synchronize(Read(message, ContractsJsonContext.Default.SubGraph));
                break;
            case MessageTypes.NodePartiallyUpdated:
                var update = Read(message, ContractsJsonContext.Default.PartialUpdate);
                if (!receiver.Apply(isNode: true, update))
                {
                    throw new JsonException($"node {update.ID} is not known here: the graphs differ");
                }

                break;
            case MessageTypes.EdgePartiallyUpdated:
                // One that was left out because an end was missing is not known, and would not be after another synchronisation either.
                receiver.Apply(isNode: false, Read(message, ContractsJsonContext.Default.PartialUpdate));
                break;
            default:
                var kind = EventMessages.KindOf(message.Type) ?? throw new JsonException($"unknown message {message.Type}");
                receiver.Apply(
                    kind,
                    kind is GraphEventKind.NodeAdded or GraphEventKind.NodeUpdated or GraphEventKind.NodeDeleted
                        ? Read(message, ContractsJsonContext.Default.Node)
                        : Read(message, ContractsJsonContext.Default.Edge));
                break;
        }
    }

    private static T Read<T>(WebSocketMessage message, JsonTypeInfo<T> type)
        where T : class =>
        message.Obj.ValueKind == JsonValueKind.Object
            ? message.Obj.Deserialize(type)!
            : throw new JsonException($"Obj of {message.Type} is no object");

    private async Task<(ClientIdentity? Client, WebSocket? Socket)> AcceptAsync(HttpContext context)
    {
        if (!context.WebSockets.IsWebSocketRequest)
        {
            return await RefuseAsync(context, StatusCodes.Status426UpgradeRequired, "this path speaks WebSocket only").ConfigureAwait(false);
        }

        if (ClientIdentity.Read(context.Request, out string? error) is not { } client)
        {
            return await RefuseAsync(context, StatusCodes.Status400BadRequest, error!).ConfigureAwait(false);
        }

        if (!client.IsNamed)
        {
            return await RefuseAsync(context, StatusCodes.Status400BadRequest, $"header {WebSocketHeaders.HostId} is missing").ConfigureAwait(false);
        }

        if (!_analyzer.IsReady)
        {
            // The graph of the last run is about to be loaded, in place of what is in the graph then.
            return await RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "the analyzer is starting").ConfigureAwait(false);
        }

        context.Response.Headers[WebSocketHeaders.HostId] = _analyzer.Options.Host;
        context.Response.Headers[WebSocketHeaders.ServiceType] = "analyzer";
        var socket = await context.WebSockets.AcceptWebSocketAsync(new WebSocketAcceptContext
        {
            KeepAliveInterval = _options.PingDelay,
            KeepAliveTimeout = _options.PongTimeout,
        }).ConfigureAwait(false);
        return (client, socket);
    }

    private static async Task<(ClientIdentity? Client, WebSocket? Socket)> RefuseAsync(HttpContext context, int status, string reason)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "text/plain; charset=utf-8";
        await context.Response.WriteAsync(reason + "\n", context.RequestAborted).ConfigureAwait(false);
        return default;
    }

    [LoggerMessage(2601, LogLevel.Information, "Agent {Host} is gone: {Reason}")]
    private static partial void LogGone(ILogger logger, string host, string reason);

    [LoggerMessage(2602, LogLevel.Warning, "Agent {Host} sent what cannot be read, the connection is closed: {Reason}")]
    private static partial void LogRefused(ILogger logger, string host, string reason);

    /// <summary>The graph connection of one host.</summary>
    /// <param name="Ending">Ends it.</param>
    /// <param name="Ended">Ends when nothing of it will come into the graph any more.</param>
    private sealed record Serving(CancellationTokenSource Ending, Task Ended);
}
