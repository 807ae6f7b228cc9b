using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Skydive.Contracts;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Status;
using Skydive.Contracts.Topology;
using Skydive.Flows.Encoding;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Agent.Link;

/// <summary>
/// Connects an agent to one analyzer over WebSocket: sends its whole graph, then every change; carries out what the analyzer asks for. When
/// the connection breaks it connects again, with growing pauses, and begins with the whole graph.
/// </summary>
public sealed partial class AnalyzerConnection : IAsyncDisposable
{
    private const int MaximumMessageBytes = 16 * 1024 * 1024;
    private static readonly TimeSpan s_minimumPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_maximumPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan s_writeTimeout = TimeSpan.FromSeconds(10);

    private readonly Uri _analyzer;
    private readonly AgentRuntime _agent;
    private readonly TimeSpan _pingDelay;
    private readonly TimeSpan _pongTimeout;
    private readonly ILogger<AnalyzerConnection> _logger;
    private readonly CancellationTokenSource _stop = new();
    private volatile ConnectionStatus _status;

    /// <summary>Begins to connect.</summary>
    /// <param name="analyzer">The analyzer, as http:// or https:// address.</param>
    /// <param name="agent">The agent, started.</param>
    /// <param name="pingDelay">Time between two pings.</param>
    /// <param name="pongTimeout">How long a pong may take.</param>
    /// <param name="logger">Told when the connection comes and goes.</param>
    public AnalyzerConnection(Uri analyzer, AgentRuntime agent, TimeSpan pingDelay, TimeSpan pongTimeout, ILogger<AnalyzerConnection> logger)
    {
        _analyzer = analyzer;
        _agent = agent;
        _pingDelay = pingDelay;
        _pongTimeout = pongTimeout;
        _logger = logger;
        _status = MakeStatus(false, string.Empty);
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the connection is disposed, or fails with what broke it for good.</summary>
    public Task Completion { get; }

    /// <summary>How the connection does; its RemoteHost is the analyzer's identity once it was connected.</summary>
    public ConnectionStatus Status => _status;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    /// <summary>Connects a WebSocket of the agent.</summary>
    internal static async Task<ClientWebSocket> ConnectAsync(
        Uri analyzer, string path, string host, TimeSpan pingDelay, TimeSpan pongTimeout, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.SetRequestHeader(WebSocketHeaders.HostId, host);
            socket.Options.SetRequestHeader(WebSocketHeaders.ClientType, "agent");
            socket.Options.SetRequestHeader(WebSocketHeaders.ClientProtocol, "json");
            socket.Options.KeepAliveInterval = pingDelay;
            socket.Options.KeepAliveTimeout = pongTimeout;
            socket.Options.CollectHttpResponseDetails = true;
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(s_connectTimeout);
            var address = new UriBuilder(analyzer) { Scheme = analyzer.Scheme == "https" ? "wss" : "ws", Path = path }.Uri;
            await socket.ConnectAsync(address, deadline.Token).ConfigureAwait(false);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>The pause before another try: doubled each time, with a random part so that many agents do not come back at once.</summary>
    internal static TimeSpan Pause(int failures)
    {
        double longest = Math.Min(s_maximumPause.TotalMilliseconds, s_minimumPause.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 16)));
#pragma warning disable CA5394 // Spreads load, keeps no secret.
        return TimeSpan.FromMilliseconds((longest / 2) + (Random.Shared.NextDouble() * longest / 2));
#pragma warning restore CA5394
    }

    private async Task RunAsync()
    {
        int failures = 0;
        try
        {
            while (true)
            {
                try
                {
                    using var socket = await ConnectAsync(
                        _analyzer, "/ws/agent/topology", _agent.Graph.Host, _pingDelay, _pongTimeout, _stop.Token).ConfigureAwait(false);
                    string remote = socket.HttpResponseHeaders?.GetValueOrDefault(WebSocketHeaders.HostId)?.FirstOrDefault() ?? _analyzer.Authority;
                    _status = MakeStatus(true, remote);
                    LogConnected(_logger, _analyzer);
                    failures = 0;
                    await ServeAsync(socket).ConfigureAwait(false);
                }
                catch (Exception e) when (e is WebSocketException or IOException or JsonException
                    || (e is OperationCanceledException && !_stop.IsCancellationRequested))
                {
                    if (failures == 0)
                    {
                        LogDisconnected(_logger, _analyzer, e.Message);
                    }
                }

                _status = _status with { IsConnected = false };
                await Task.Delay(Pause(failures++), _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task ServeAsync(ClientWebSocket socket)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var replies = Channel.CreateBounded<ReadOnlyMemory<byte>>(64);
        using var subscription = _agent.Graph.Subscribe();
        var sending = SendAsync(socket, subscription, replies.Reader, ending.Token);
        var receiving = ReceiveAsync(socket, replies.Writer, ending.Token);
        try
        {
            await (await Task.WhenAny(sending, receiving).ConfigureAwait(false)).ConfigureAwait(false);
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            socket.Abort();
            await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task SendAsync(
        ClientWebSocket socket, GraphSubscription subscription, ChannelReader<ReadOnlyMemory<byte>> replies, CancellationToken cancellationToken)
    {
        await SendSyncAsync(socket, subscription.Start, cancellationToken).ConfigureAwait(false);
        var changes = subscription.WaitToReadAsync(cancellationToken).AsTask();
        var waiting = replies.WaitToReadAsync(cancellationToken).AsTask();
        while (true)
        {
            await Task.WhenAny(changes, waiting).ConfigureAwait(false);
            if (waiting.IsCompleted)
            {
                await waiting.ConfigureAwait(false);
                while (replies.TryRead(out var reply))
                {
                    await SendAsync(socket, reply, cancellationToken).ConfigureAwait(false);
                }

                waiting = replies.WaitToReadAsync(cancellationToken).AsTask();
            }

            if (changes.IsCompleted)
            {
                if (!await changes.ConfigureAwait(false))
                {
                    return;
                }

                while (subscription.TryRead(out var change))
                {
                    await SendChangeAsync(socket, change, cancellationToken).ConfigureAwait(false);
                }

                changes = subscription.WaitToReadAsync(cancellationToken).AsTask();
            }
        }
    }

    private static async Task SendChangeAsync(ClientWebSocket socket, GraphChange change, CancellationToken cancellationToken)
    {
        if (change.Commit is not { } commit)
        {
            await SendSyncAsync(socket, change.Snapshot, cancellationToken).ConfigureAwait(false);
            return;
        }

        foreach (var graphEvent in commit.Events)
        {
            await SendAsync(socket, Encode(graphEvent), cancellationToken).ConfigureAwait(false);
        }
    }

    private static ReadOnlyMemory<byte> Encode(GraphEvent graphEvent) => graphEvent.Kind switch
    {
        GraphEventKind.NodeAdded => MessageWriter.WriteElement(MessageTypes.NodeAdded, graphEvent.Element),
        GraphEventKind.NodeDeleted => MessageWriter.WriteElement(MessageTypes.NodeDeleted, graphEvent.Element),
        GraphEventKind.EdgeAdded => MessageWriter.WriteElement(MessageTypes.EdgeAdded, graphEvent.Element),
        GraphEventKind.EdgeDeleted => MessageWriter.WriteElement(MessageTypes.EdgeDeleted, graphEvent.Element),
        _ => MessageWriter.Write(
            MessageNamespaces.Graph,
            graphEvent.Node is null ? MessageTypes.EdgePartiallyUpdated : MessageTypes.NodePartiallyUpdated,
            Guid.NewGuid().ToString(),
            new PartialUpdate
            {
                ID = graphEvent.Element.Id,
                UpdatedAt = graphEvent.Element.UpdatedAt,
                Revision = graphEvent.Element.Revision,
                Ops = graphEvent.Operations,
            },
            ContractsJsonContext.Default.PartialUpdate),
    };

    private static Task SendSyncAsync(ClientWebSocket socket, GraphSnapshot snapshot, CancellationToken cancellationToken) =>
        SendAsync(
            socket, MessageWriter.WriteSync(MessageTypes.Sync, Guid.NewGuid().ToString(), snapshot.GetNodes(), snapshot.GetEdges()), cancellationToken);

    private static async Task SendAsync(ClientWebSocket socket, ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_writeTimeout);
        await socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, deadline.Token).ConfigureAwait(false);
    }

    private async Task ReceiveAsync(ClientWebSocket socket, ChannelWriter<ReadOnlyMemory<byte>> replies, CancellationToken cancellationToken)
    {
        while (await WebSocketReader.ReadAsync(socket, MaximumMessageBytes, cancellationToken).ConfigureAwait(false) is { } received)
        {
            var request = JsonSerializer.Deserialize(received.Data.Span, ContractsJsonContext.Default.WebSocketMessage)!;
            var reply = (request.Namespace, request.Type) switch
            {
                (MessageNamespaces.Flow, MessageTypes.TableQuery) => await SearchAsync(request, cancellationToken).ConfigureAwait(false),
                (MessageNamespaces.OnDemandCapture, MessageTypes.Start) => await OrderAsync(request, MessageTypes.StartReply, cancellationToken).ConfigureAwait(false),
                (MessageNamespaces.OnDemandCapture, MessageTypes.Stop) => await OrderAsync(request, MessageTypes.StopReply, cancellationToken).ConfigureAwait(false),
                _ => default,
            };
            if (!reply.IsEmpty)
            {
                await replies.WriteAsync(reply, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task<ReadOnlyMemory<byte>> SearchAsync(WebSocketMessage request, CancellationToken cancellationToken)
    {
        FlowSearchReply reply;
        int status = 200;
        try
        {
            var search = request.Obj.Deserialize(ContractsJsonContext.Default.FlowSearch)!;
            var flows = await _agent.Link.SearchFlowsAsync(search, cancellationToken).ConfigureAwait(false);
            reply = new() { Flows = [.. flows.Chunk(FlowChunk.MaxCount).Select(static chunk => FlowChunk.Encode(chunk))] };
        }
        catch (JsonException e)
        {
            status = 400;
            reply = new() { Error = e.Message };
        }

        return MessageWriter.Write(
            MessageNamespaces.Flow, MessageTypes.TableReply, request.UUID, reply, ContractsJsonContext.Default.FlowSearchReply, status);
    }

    private async Task<ReadOnlyMemory<byte>> OrderAsync(WebSocketMessage request, string replyType, CancellationToken cancellationToken)
    {
        string node = string.Empty;
        string? error = null;
        int status = 200;
        try
        {
            var order = request.Obj.Deserialize(ContractsJsonContext.Default.CaptureOrder)!;
            node = order.NodeID;
            await (request.Type == MessageTypes.Start
                ? _agent.Link.StartCaptureAsync(node, order.Resource, cancellationToken)
                : _agent.Link.StopCaptureAsync(node, order.Resource.UUID, cancellationToken)).ConfigureAwait(false);
        }
        catch (AgentRequestException e)
        {
            status = e.Status;
            error = e.Message;
        }
        catch (JsonException e)
        {
            status = 400;
            error = e.Message;
        }

        return MessageWriter.Write(
            MessageNamespaces.OnDemandCapture,
            replyType,
            request.UUID,
            new CaptureReply { NodeID = node, Error = error },
            ContractsJsonContext.Default.CaptureReply,
            status);
    }

    private ConnectionStatus MakeStatus(bool isConnected, string remoteHost) => new()
    {
        ServiceType = "agent",
        ClientProtocol = "json",
        Addr = _analyzer.Host,
        Port = _analyzer.Port,
        IsConnected = isConnected,
        ConnectTime = DateTimeOffset.UtcNow,
        RemoteHost = remoteHost,
        RemoteServiceType = "analyzer",
    };

    [LoggerMessage(1201, LogLevel.Information, "Connected to analyzer {Analyzer}")]
    private static partial void LogConnected(ILogger logger, Uri analyzer);

    [LoggerMessage(1202, LogLevel.Warning, "No connection to analyzer {Analyzer}: {Reason}; trying again until there is one")]
    private static partial void LogDisconnected(ILogger logger, Uri analyzer, string reason);
}
