using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Skydive.Contracts;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Messages;
using Skydive.Contracts.PingMeshes;
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
    private const int MaximumSearches = 4;

    private readonly Uri _analyzer;
    private readonly LiveGraph _graph;
    private readonly IAgentLink _link;
    private readonly TimeSpan _pingDelay;
    private readonly TimeSpan _pongTimeout;
    private readonly ILogger<AnalyzerConnection> _logger;
    private readonly AnalyzerLogIn? _logIn;
    private readonly CancellationTokenSource _stop = new();
    private volatile ConnectionStatus _status;
    private int _isDisposed;

    /// <summary>Begins to connect.</summary>
    /// <param name="analyzer">The analyzer, as http:// or https:// address.</param>
    /// <param name="agent">The agent, started.</param>
    /// <param name="pingDelay">Time between two pings.</param>
    /// <param name="pongTimeout">How long a pong may take.</param>
    /// <param name="logger">Told when the connection comes and goes.</param>
    /// <param name="logIn">How the agent logs in; null when it does not.</param>
    public AnalyzerConnection(
        Uri analyzer, AgentRuntime agent, TimeSpan pingDelay, TimeSpan pongTimeout, ILogger<AnalyzerConnection> logger, AnalyzerLogIn? logIn = null)
        : this(analyzer, agent.Graph, agent.Link, pingDelay, pongTimeout, logger, logIn)
    {
    }

    /// <summary>Begins to connect, with the parts of an agent.</summary>
    internal AnalyzerConnection(
        Uri analyzer, LiveGraph graph, IAgentLink link, TimeSpan pingDelay, TimeSpan pongTimeout, ILogger<AnalyzerConnection> logger, AnalyzerLogIn? logIn = null)
    {
        _analyzer = analyzer;
        _graph = graph;
        _link = link;
        _pingDelay = pingDelay;
        _pongTimeout = pongTimeout;
        _logger = logger;
        _logIn = logIn;
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
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        int failures = 0;
        string? told = null;
        try
        {
            while (true)
            {
                long began = TimeProvider.System.GetTimestamp();
                bool wasReached = false;
                try
                {
                    using var socket = await AnalyzerSocket.ConnectAsync(
                        _analyzer, "/ws/agent/topology", _graph.Host, _pingDelay, _pongTimeout, _logIn, _stop.Token).ConfigureAwait(false);
                    string remote = socket.HttpResponseHeaders?.GetValueOrDefault(WebSocketHeaders.HostId)?.FirstOrDefault() ?? _analyzer.Authority;
                    _status = MakeStatus(true, remote);
                    LogConnected(_logger, _analyzer);
                    began = TimeProvider.System.GetTimestamp();
                    wasReached = true;
                    await ServeAsync(socket).ConfigureAwait(false);
                    LogClosed(_logger, _analyzer);
                }
                catch (Exception e) when (e is JsonException || AnalyzerSocket.IsDisconnect(e, _stop.Token))
                {
                    if (failures == 0 || _status.IsConnected || e.Message != told)
                    {
                        told = e.Message;
                        LogDisconnected(_logger, _analyzer, e.Message);
                    }
                }
                finally
                {
                    _status = _status with { IsConnected = false };
                }

                // An analyzer that takes the connection and drops it again is not to get the whole graph twice a second.
                failures = TimeProvider.System.GetElapsedTime(began) >= AnalyzerSocket.GoodConnection ? 0 : failures;
                await Task.Delay(AnalyzerSocket.Pause(failures++, wasReached), _stop.Token).ConfigureAwait(false);
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
        using var subscription = _graph.Subscribe();
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
            await SendAsync(socket, Encode(graphEvent, commit.IsTransient), cancellationToken).ConfigureAwait(false);
        }
    }

    private static ReadOnlyMemory<byte> Encode(GraphEvent graphEvent, bool isTransient) => graphEvent.Kind switch
    {
        GraphEventKind.NodeAdded => MessageWriter.WriteElement(MessageTypes.NodeAdded, graphEvent.Element),
        GraphEventKind.NodeDeleted => MessageWriter.WriteElement(MessageTypes.NodeDeleted, graphEvent.Element),
        GraphEventKind.EdgeAdded => MessageWriter.WriteElement(MessageTypes.EdgeAdded, graphEvent.Element),
        GraphEventKind.EdgeDeleted => MessageWriter.WriteElement(MessageTypes.EdgeDeleted, graphEvent.Element),
        _ => MessageWriter.WritePartialUpdate(graphEvent.Element, graphEvent.Operations, isTransient),
    };

    private static Task SendSyncAsync(ClientWebSocket socket, GraphSnapshot snapshot, CancellationToken cancellationToken) =>
        SendAsync(
            socket, MessageWriter.WriteSync(MessageTypes.Sync, Guid.NewGuid().ToString(), snapshot.GetNodes(), snapshot.GetEdges()), cancellationToken);

    private static Task SendAsync(ClientWebSocket socket, ReadOnlyMemory<byte> message, CancellationToken cancellationToken) =>
        AnalyzerSocket.SendAsync(socket, message, WebSocketMessageType.Text, cancellationToken);

    private async Task ReceiveAsync(ClientWebSocket socket, ChannelWriter<ReadOnlyMemory<byte>> replies, CancellationToken cancellationToken)
    {
        // A search through large tables must not keep an order waiting, nor the pongs; orders are carried out in order.
        using var searches = new SemaphoreSlim(MaximumSearches, MaximumSearches);
        try
        {
            while (await WebSocketReader.ReadAsync(socket, MaximumMessageBytes, cancellationToken).ConfigureAwait(false) is { } received)
            {
                var request = JsonSerializer.Deserialize(received.Data.Span, ContractsJsonContext.Default.WebSocketMessage)
                    ?? throw new JsonException("a message of the analyzer is null");
                switch (request.Namespace, request.Type)
                {
                    case (MessageNamespaces.Flow, MessageTypes.TableQuery):
                        await searches.WaitAsync(cancellationToken).ConfigureAwait(false);
                        _ = Task.Run(() => ReplyAsync(() => SearchAsync(request, cancellationToken), replies, searches, cancellationToken), CancellationToken.None);
                        break;
                    case (MessageNamespaces.Flow, MessageTypes.RawPacketQuery):
                        await searches.WaitAsync(cancellationToken).ConfigureAwait(false);
                        _ = Task.Run(() => ReplyAsync(() => SearchRawPacketsAsync(request, cancellationToken), replies, searches, cancellationToken), CancellationToken.None);
                        break;
                    case (MessageNamespaces.OnDemandCapture or MessageNamespaces.OnDemandPacketInjection or MessageNamespaces.OnDemandPingMesh, MessageTypes.Start):
                        await replies.WriteAsync(await OrderAsync(request, MessageTypes.StartReply, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                        break;
                    case (MessageNamespaces.OnDemandCapture or MessageNamespaces.OnDemandPacketInjection or MessageNamespaces.OnDemandPingMesh, MessageTypes.Stop):
                        await replies.WriteAsync(await OrderAsync(request, MessageTypes.StopReply, cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                        break;
                    case (MessageNamespaces.OnDemandPingMesh, MessageTypes.PingQuery):
                        await searches.WaitAsync(cancellationToken).ConfigureAwait(false);
                        _ = Task.Run(() => ReplyAsync(() => ReportPingsAsync(request, cancellationToken), replies, searches, cancellationToken), CancellationToken.None);
                        break;
                    default:
                        LogUnknown(_logger, request.Namespace, request.Type);
                        break;
                }
            }
        }
        finally
        {
            // None outlives the connection that it was asked on.
            for (int i = 0; i < MaximumSearches; i++)
            {
                await searches.WaitAsync(CancellationToken.None).ConfigureAwait(false);
            }
        }
    }

    private static async Task ReplyAsync(
        Func<Task<ReadOnlyMemory<byte>>> search, ChannelWriter<ReadOnlyMemory<byte>> replies, SemaphoreSlim searches, CancellationToken cancellationToken)
    {
        try
        {
            await replies.WriteAsync(await search().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The connection is gone: there is nobody to answer.
        }
        finally
        {
            searches.Release();
        }
    }

    private async Task<ReadOnlyMemory<byte>> SearchAsync(WebSocketMessage request, CancellationToken cancellationToken)
    {
        FlowSearchReply reply;
        int status = 200;
        try
        {
            var flows = await _link.SearchFlowsAsync(Read(request, ContractsJsonContext.Default.FlowSearch), cancellationToken).ConfigureAwait(false);
            reply = new() { Flows = [.. flows.Chunk(FlowChunk.MaxCount).Select(static chunk => FlowChunk.Encode(chunk))] };
        }
#pragma warning disable CA1031 // The last resort of one request: the analyzer is told, the connection and the agent go on.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            status = StatusOf(e, request);
            reply = new() { Error = e.Message };
        }

        return MessageWriter.Write(MessageNamespaces.Flow, MessageTypes.TableReply, request.UUID, reply, ContractsJsonContext.Default.FlowSearchReply, status);
    }

    private async Task<ReadOnlyMemory<byte>> SearchRawPacketsAsync(WebSocketMessage request, CancellationToken cancellationToken)
    {
        RawPacketSearchReply reply;
        int status = 200;
        try
        {
            var packets = await _link.SearchRawPacketsAsync(Read(request, ContractsJsonContext.Default.RawPacketSearch), cancellationToken).ConfigureAwait(false);
            reply = new() { Packets = RawPacketChunk.Encode(packets) };
        }
#pragma warning disable CA1031 // The last resort of one request: the analyzer is told, the connection and the agent go on.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            status = StatusOf(e, request);
            reply = new() { Error = e.Message };
        }

        return MessageWriter.Write(
            MessageNamespaces.Flow, MessageTypes.RawPacketReply, request.UUID, reply, ContractsJsonContext.Default.RawPacketSearchReply, status);
    }

    private async Task<ReadOnlyMemory<byte>> ReportPingsAsync(WebSocketMessage request, CancellationToken cancellationToken)
    {
        PingReportReply reply;
        int status = 200;
        try
        {
            reply = new() { Report = await _link.GetPingReportAsync(Read(request, ContractsJsonContext.Default.PingReportRequest), cancellationToken).ConfigureAwait(false) };
        }
#pragma warning disable CA1031 // The last resort of one request: the analyzer is told, the connection and the agent go on.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            status = StatusOf(e, request);
            reply = new() { Error = e.Message };
        }

        return MessageWriter.Write(
            MessageNamespaces.OnDemandPingMesh, MessageTypes.PingReply, request.UUID, reply, ContractsJsonContext.Default.PingReportReply, status);
    }

    private async Task<ReadOnlyMemory<byte>> OrderAsync(WebSocketMessage request, string replyType, CancellationToken cancellationToken)
    {
        string node = string.Empty;
        string? error = null;
        int status = 200;
        try
        {
            if (request.Namespace == MessageNamespaces.OnDemandCapture)
            {
                var order = Read(request, ContractsJsonContext.Default.CaptureOrder);
                node = order.NodeID;
                await (request.Type == MessageTypes.Start
                    ? _link.StartCaptureAsync(node, order.Resource, cancellationToken)
                    : _link.StopCaptureAsync(node, order.Resource.UUID, cancellationToken)).ConfigureAwait(false);
            }
            else if (request.Namespace == MessageNamespaces.OnDemandPingMesh)
            {
                var order = Read(request, ContractsJsonContext.Default.PingMeshOrder);
                await (request.Type == MessageTypes.Start
                    ? _link.SetPingMeshAsync(order, cancellationToken)
                    : _link.StopPingMeshAsync(order.Mesh.UUID, cancellationToken)).ConfigureAwait(false);
            }
            else
            {
                var order = Read(request, ContractsJsonContext.Default.InjectionOrder);
                node = order.NodeID;
                await (request.Type == MessageTypes.Start
                    ? _link.StartInjectionAsync(node, order.Resource, cancellationToken)
                    : _link.StopInjectionAsync(node, order.Resource.UUID, cancellationToken)).ConfigureAwait(false);
            }
        }
#pragma warning disable CA1031 // The last resort of one request: the analyzer is told, the connection and the agent go on.
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
#pragma warning restore CA1031
        {
            status = StatusOf(e, request);
            error = e.Message;
        }

        return MessageWriter.Write(
            request.Namespace,
            replyType,
            request.UUID,
            new OrderReply { NodeID = node, Error = error },
            ContractsJsonContext.Default.OrderReply,
            status);
    }

    private static T Read<T>(WebSocketMessage request, JsonTypeInfo<T> type)
        where T : class =>
        request.Obj.ValueKind == JsonValueKind.Object
            ? request.Obj.Deserialize(type)!
            : throw new JsonException($"Obj of {request.Type} is no object");

    private int StatusOf(Exception exception, WebSocketMessage request)
    {
        switch (exception)
        {
            case AgentRequestException e:
                return e.Status;
            case JsonException:
                return 400;
            default:
                LogFault(_logger, request.Namespace, request.Type, exception);
                return 500;
        }
    }

    private ConnectionStatus MakeStatus(bool isConnected, string remoteHost) => new()
    {
        IsMaster = true,
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

    [LoggerMessage(1203, LogLevel.Information, "Analyzer {Analyzer} closed the connection")]
    private static partial void LogClosed(ILogger logger, Uri analyzer);

    [LoggerMessage(1204, LogLevel.Debug, "The analyzer sent an unknown message {Namespace}/{Type}")]
    private static partial void LogUnknown(ILogger logger, string @namespace, string type);

    [LoggerMessage(1205, LogLevel.Error, "Request {Namespace}/{Type} of the analyzer failed")]
    private static partial void LogFault(ILogger logger, string @namespace, string type, Exception exception);

    [LoggerMessage(1202, LogLevel.Warning, "No connection to analyzer {Analyzer}: {Reason}; trying again until there is one")]
    private static partial void LogDisconnected(ILogger logger, Uri analyzer, string reason);
}
