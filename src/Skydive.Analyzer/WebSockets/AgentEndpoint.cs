using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Skydive.Analyzer.Hub;
using Skydive.Contracts.Messages;
using Skydive.Flows.Encoding;
using Skydive.Storage;

namespace Skydive.Analyzer.WebSockets;

/// <summary><c>/ws/agent/topology</c> and <c>/ws/agent/flow</c>: agents of other processes send their graph and their flows.</summary>
internal sealed partial class AgentEndpoint
{
    /// <summary>More than an agent sends without an acknowledgement.</summary>
    private const int MaximumFlowMessages = 128;

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

    /// <summary>Serves one agent's graph connection until it ends. The graph stays as it was until the agent comes back, or has been away for too long.</summary>
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

                _analyzer.Presence?.Enter(client.HostId);
                try
                {
                    await ServeTopologyAsync(context, client, socket, ending.Token).ConfigureAwait(false);
                }
                finally
                {
                    _analyzer.Presence?.Leave(client.HostId);
                }
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

    /// <summary>
    /// Serves one agent's flow connection until it ends: each binary message has flows, and is acknowledged when the store has them. While there
    /// is no room for more, nothing is read.
    /// </summary>
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
            // Reading goes on while the store is slow, or the connection would seem dead; an agent stops by itself when too much is not
            // acknowledged.
            var messages = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(MaximumFlowMessages) { SingleReader = true, SingleWriter = true });
            var reading = ReadFlowsAsync(socket, messages.Writer, ending.Token);
            using var acknowledger = new FlowAcknowledger(socket, _options.WriteTimeout);
            var acknowledging = acknowledger.RunAsync(ending.Token);
            try
            {
                await foreach (var bytes in messages.Reader.ReadAllAsync(ending.Token).ConfigureAwait(false))
                {
                    var message = FlowMessage.Decode(bytes);
                    var run = await _analyzer.FlowRuns.GetAsync(message.Run, ending.Token).ConfigureAwait(false);
                    acknowledger.Serve(run);
                    await run.AcceptAsync(message, ending.Token).ConfigureAwait(false);
                }

                // One at a time writes to a socket.
                acknowledger.Complete();
                await acknowledging.ConfigureAwait(false);
                await WebSocketClosing.CloseAsync(socket).ConfigureAwait(false);
            }
            catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException or HistoryException)
            {
                LogGone(_logger, client!.HostId, e.Message);
                socket.Abort();
            }
            catch (FlowChunkException e)
            {
                LogRefused(_logger, client!.HostId, e.Message);
                socket.Abort();
            }
            finally
            {
                await ending.CancelAsync().ConfigureAwait(false);
                await Task.WhenAll(acknowledging, reading).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private async Task ReadFlowsAsync(WebSocket socket, ChannelWriter<ReadOnlyMemory<byte>> messages, CancellationToken cancellationToken)
    {
        try
        {
            while (await WebSocketReader.ReadAsync(socket, _options.MaximumAgentMessageBytes, cancellationToken).ConfigureAwait(false) is { } received)
            {
                if (received.Type == WebSocketMessageType.Binary)
                {
                    await messages.WriteAsync(received.Data, cancellationToken).ConfigureAwait(false);
                }
            }

            messages.TryComplete();
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            messages.TryComplete(e);
        }
    }

    private async Task ServeTopologyAsync(HttpContext context, ClientIdentity client, WebSocket socket, CancellationToken cancellationToken)
    {
        using var link = new RemoteAgentLink(client.HostId, socket, _options);
        var status = WebSocketEntry.StatusOf(context, client) with { ServiceType = "agent" };
        var receiver = new GraphReceiver(_analyzer.Graph, "agent." + client.HostId, _logger);
        using var reader = new GraphMessageReader(
            socket, new() { MaximumMessageBytes = _options.MaximumAgentMessageBytes, MaximumPayloadBytes = _options.MaximumAgentMessageBytes });
        AgentRegistration? registration = null;
        bool isSynchronized = false;
        var intake = new GraphIntake(reader, receiver)
        {
            OnChange = message =>
            {
                isSynchronized |= message.Type == MessageTypes.Sync;
                if (!isSynchronized)
                {
                    throw new GraphMessageException(WebSocketCloseStatus.PolicyViolation, $"{message.Type} came before {MessageTypes.Sync}");
                }
            },

            // Only with its graph here can captures be matched and started on it.
            OnApplied = () => registration ??= _analyzer.Agents.Add(link, () => status),
            OnOther = (message, _) =>
            {
                if (message.Namespace == MessageNamespaces.Graph)
                {
                    throw new GraphMessageException(WebSocketCloseStatus.PolicyViolation, $"unknown message {message.Type}");
                }

                link.OnReply(message.ToEnvelope());
                return ValueTask.CompletedTask;
            },
        };
        try
        {
            await intake.RunAsync(cancellationToken).ConfigureAwait(false);
            await WebSocketClosing.CloseAsync(socket).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            LogGone(_logger, client.HostId, e.Message);
        }
        catch (GraphMessageException e)
        {
            // An agent that speaks differently has to begin anew rather than be half understood.
            LogRefused(_logger, client.HostId, e.Message);
            await WebSocketClosing.CloseAsync(socket, e.Status, e.Message).ConfigureAwait(false);
        }
        finally
        {
            registration?.Dispose();
        }
    }

    private async Task<(ClientIdentity? Client, WebSocket? Socket)> AcceptAsync(HttpContext context)
    {
        if (await WebSocketEntry.IdentifyAsync(context).ConfigureAwait(false) is not { } client)
        {
            return default;
        }

        if (client.IsBinary)
        {
            await WebSocketEntry.RefuseAsync(context, StatusCodes.Status400BadRequest, $"agents use {WebSocketHeaders.ClientProtocol} json").ConfigureAwait(false);
            return default;
        }

        if (!client.IsNamed)
        {
            await WebSocketEntry.RefuseAsync(context, StatusCodes.Status400BadRequest, $"header {WebSocketHeaders.HostId} is missing").ConfigureAwait(false);
            return default;
        }

        if (!_analyzer.IsReady)
        {
            // The graph of the last run is about to be loaded, in place of what is in the graph then.
            await WebSocketEntry.RefuseAsync(context, StatusCodes.Status503ServiceUnavailable, "the analyzer is starting").ConfigureAwait(false);
            return default;
        }

        return (client, await WebSocketEntry.AcceptAsync(context, _options, _analyzer.Options.Host, "analyzer").ConfigureAwait(false));
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
