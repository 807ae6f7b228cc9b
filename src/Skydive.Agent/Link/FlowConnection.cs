using System.Net.WebSockets;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Skydive.Agent.Captures;
using Skydive.Contracts;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Status;
using Skydive.Flows.Encoding;

namespace Skydive.Agent.Link;

/// <summary>
/// Sends flows to an analyzer over a WebSocket of their own, in encoded blocks, and keeps them until it says that its store has them; after a
/// break of the connection it sends again what is not acknowledged. Bounded: when there is no more room, the oldest flows are lost, and the
/// captures that they came from are told.
/// </summary>
public sealed partial class FlowConnection : IFlowOutput, IAsyncDisposable
{
    /// <summary>How many bytes of encoded flows are kept when nothing else is said.</summary>
    public const long DefaultMaximumBytes = 64 << 20;

    private const int MaximumMessageBytes = 1 << 20;
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(4);

    private readonly Uri _analyzer;
    private readonly string _host;
    private readonly TimeSpan _pingDelay;
    private readonly TimeSpan _pongTimeout;
    private readonly ILogger<FlowConnection> _logger;
    private readonly AnalyzerLogIn? _logIn;
    private readonly FlowOutbox _outbox;
    private readonly CancellationTokenSource _stop = new();
    private volatile bool _isConnected;
    private int _isDisposed;

    /// <summary>Begins to connect.</summary>
    /// <param name="analyzer">The analyzer, as http:// or https:// address.</param>
    /// <param name="host">Identity of this host.</param>
    /// <param name="pingDelay">Time between two pings.</param>
    /// <param name="pongTimeout">How long a pong may take.</param>
    /// <param name="logger">Told when flows are held up, or lost.</param>
    /// <param name="maximumBytes">How many bytes of encoded flows are kept.</param>
    /// <param name="logIn">How the agent logs in; null when it does not.</param>
    public FlowConnection(
        Uri analyzer,
        string host,
        TimeSpan pingDelay,
        TimeSpan pongTimeout,
        ILogger<FlowConnection> logger,
        long maximumBytes = DefaultMaximumBytes,
        AnalyzerLogIn? logIn = null)
    {
        _analyzer = analyzer;
        _host = host;
        _pingDelay = pingDelay;
        _pongTimeout = pongTimeout;
        _logger = logger;
        _logIn = logIn;
        _outbox = new(maximumBytes);
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the connection is disposed, or fails with what broke it for good.</summary>
    public Task Completion { get; }

    /// <summary>How flows get to the analyzer.</summary>
    public FlowDeliveryStatus Status => _outbox.Status with { IsConnected = _isConnected };

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There are more than <see cref="FlowChunk.MaxCount"/> flows.</exception>
    public bool TryAccept(IReadOnlyList<Flow> flows, Action<int, int>? onDropped = null)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(flows.Count, FlowChunk.MaxCount, nameof(flows));
        return flows.Count == 0 || _outbox.TryAdd(flows, onDropped);
    }

    /// <summary>Sends what is waiting if that is quickly done, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _outbox.Complete();
        _stop.CancelAfter(s_farewell);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (_outbox.GiveUp() is > 0 and var lost)
        {
            LogLost(_logger, lost, _analyzer);
        }

        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var encoding = Task.Run(() => _outbox.EncodeAsync(ending.Token));
        var connecting = ConnectAsync(ending.Token);
        try
        {
            await (await Task.WhenAny(encoding, connecting).ConfigureAwait(false)).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(encoding, connecting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task ConnectAsync(CancellationToken cancellationToken)
    {
        int failures = 0;
        while (!_outbox.IsDone)
        {
            long began = TimeProvider.System.GetTimestamp();
            bool wasReached = false;
            try
            {
                using var socket = await AnalyzerSocket.ConnectAsync(
                    _analyzer, "/ws/agent/flow", _host, _pingDelay, _pongTimeout, _logIn, cancellationToken).ConfigureAwait(false);
                began = TimeProvider.System.GetTimestamp();
                wasReached = true;
                _isConnected = true;
                await ServeAsync(socket, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception e) when (e is JsonException || AnalyzerSocket.IsDisconnect(e, _stop.Token))
            {
                if (failures == 0)
                {
                    LogHeldUp(_logger, _analyzer, e.Message);
                }
            }
            finally
            {
                _isConnected = false;
            }

            if (!_outbox.IsDone)
            {
                failures = TimeProvider.System.GetElapsedTime(began) >= AnalyzerSocket.GoodConnection ? 0 : failures;
                await Task.Delay(AnalyzerSocket.Pause(failures++, wasReached), cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ServeAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _outbox.Rewind();
        var sending = SendAsync(socket, ending.Token);
        var receiving = ReceiveAsync(socket, ending.Token);
        try
        {
            await (await Task.WhenAny(sending, receiving).ConfigureAwait(false)).ConfigureAwait(false);
            if (sending.IsCompletedSuccessfully)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, cancellationToken).ConfigureAwait(false);
                await receiving.ConfigureAwait(false);
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Sends until all that there will ever be is acknowledged.</summary>
    private async Task SendAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        while (!_outbox.IsDone)
        {
            if (_outbox.TakeNext() is { } message)
            {
                await AnalyzerSocket.SendAsync(socket, message.Bytes, WebSocketMessageType.Binary, cancellationToken).ConfigureAwait(false);
            }
            else
            {
                await _outbox.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    private async Task ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        while (await WebSocketReader.ReadAsync(socket, MaximumMessageBytes, cancellationToken).ConfigureAwait(false) is { } received)
        {
            var message = JsonSerializer.Deserialize(received.Data.Span, ContractsJsonContext.Default.WebSocketMessage);
            if (message is { Namespace: MessageNamespaces.Flow, Type: MessageTypes.FlowsAcknowledged, Obj.ValueKind: JsonValueKind.Object })
            {
                var acknowledgement = message.Obj.Deserialize(ContractsJsonContext.Default.FlowAcknowledgement)!;
                _outbox.Acknowledge(acknowledgement.Sequence, acknowledgement.Lost);
            }
        }
    }

    [LoggerMessage(1211, LogLevel.Warning, "Flows for analyzer {Analyzer} are held up: {Reason}; they are kept and sent again")]
    private static partial void LogHeldUp(ILogger logger, Uri analyzer, string reason);

    [LoggerMessage(1212, LogLevel.Warning, "{Count} updates of flows are lost: analyzer {Analyzer} has not acknowledged them before the end")]
    private static partial void LogLost(ILogger logger, long count, Uri analyzer);
}
