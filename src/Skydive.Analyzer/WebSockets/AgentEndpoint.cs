using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Hub;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Status;
using Skydive.Contracts.Topology;
using Skydive.Flows.Encoding;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.WebSockets;

/// <summary><c>/ws/agent/topology</c> and <c>/ws/agent/flow</c>: agents of other processes send their graph and their flows.</summary>
internal sealed partial class AgentEndpoint
{
    private readonly AnalyzerRuntime _analyzer;
    private readonly WebSocketOptions _options;
    private readonly CancellationToken _stopping;
    private readonly ILogger<AgentEndpoint> _logger;

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

        using (socket)
        using (var link = new RemoteAgentLink(client!.HostId, socket, _options))
        {
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
                while (await WebSocketReader.ReadAsync(socket, _options.MaximumAgentMessageBytes, ending.Token).ConfigureAwait(false) is { } received)
                {
                    var message = JsonSerializer.Deserialize(received.Data.Span, ContractsJsonContext.Default.WebSocketMessage)!;
                    if (message.Namespace == MessageNamespaces.Graph)
                    {
                        Apply(receiver, message);
                        if (message.Type == MessageTypes.Sync)
                        {
                            // Only with its graph here can captures be matched and started on it.
                            registration ??= _analyzer.Agents.Add(link, () => status);
                        }
                    }
                    else
                    {
                        link.OnReply(message);
                    }
                }

                await WebSocketClosing.CloseAsync(socket).ConfigureAwait(false);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
            {
                LogGone(_logger, client.HostId, e.Message);
            }
            catch (Exception e) when (e is JsonException or ArgumentException)
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

    private static void Apply(GraphReceiver receiver, WebSocketMessage message)
    {
        switch (message.Type)
        {
            case MessageTypes.Sync:
                receiver.Synchronize(message.Obj.Deserialize(ContractsJsonContext.Default.SubGraph)!);
                break;
            case MessageTypes.NodeAdded:
                receiver.Apply(GraphEventKind.NodeAdded, message.Obj.Deserialize(ContractsJsonContext.Default.Node)!);
                break;
            case MessageTypes.NodeUpdated:
                receiver.Apply(GraphEventKind.NodeUpdated, message.Obj.Deserialize(ContractsJsonContext.Default.Node)!);
                break;
            case MessageTypes.NodeDeleted:
                receiver.Apply(GraphEventKind.NodeDeleted, message.Obj.Deserialize(ContractsJsonContext.Default.Node)!);
                break;
            case MessageTypes.EdgeAdded:
                receiver.Apply(GraphEventKind.EdgeAdded, message.Obj.Deserialize(ContractsJsonContext.Default.Edge)!);
                break;
            case MessageTypes.EdgeUpdated:
                receiver.Apply(GraphEventKind.EdgeUpdated, message.Obj.Deserialize(ContractsJsonContext.Default.Edge)!);
                break;
            case MessageTypes.EdgeDeleted:
                receiver.Apply(GraphEventKind.EdgeDeleted, message.Obj.Deserialize(ContractsJsonContext.Default.Edge)!);
                break;
            case MessageTypes.NodePartiallyUpdated:
                receiver.Apply(isNode: true, message.Obj.Deserialize(ContractsJsonContext.Default.PartialUpdate)!);
                break;
            case MessageTypes.EdgePartiallyUpdated:
                receiver.Apply(isNode: false, message.Obj.Deserialize(ContractsJsonContext.Default.PartialUpdate)!);
                break;
            default:
                throw new JsonException($"unknown message {message.Type}");
        }
    }

    private async Task<(ClientIdentity? Client, WebSocket? Socket)> AcceptAsync(HttpContext context)
    {
        string? error = null;
        var client = context.WebSockets.IsWebSocketRequest ? ClientIdentity.Read(context.Request, out error) : null;
        if (client is null)
        {
            context.Response.StatusCode = context.WebSockets.IsWebSocketRequest ? StatusCodes.Status400BadRequest : StatusCodes.Status426UpgradeRequired;
            await context.Response.WriteAsync((error ?? "this path speaks WebSocket only") + "\n", context.RequestAborted).ConfigureAwait(false);
            return default;
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

    [LoggerMessage(2601, LogLevel.Information, "Agent {Host} is gone: {Reason}")]
    private static partial void LogGone(ILogger logger, string host, string reason);

    [LoggerMessage(2602, LogLevel.Warning, "Agent {Host} sent what cannot be read, the connection is closed: {Reason}")]
    private static partial void LogRefused(ILogger logger, string host, string reason);
}
