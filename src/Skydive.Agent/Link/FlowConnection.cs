using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Skydive.Agent.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Messages;
using Skydive.Flows.Encoding;

namespace Skydive.Agent.Link;

/// <summary>
/// Sends flows to an analyzer over a WebSocket of their own, in encoded blocks. Bounded: while there is no connection, or one that is too
/// slow, the newest flows are dropped and counted.
/// </summary>
public sealed partial class FlowConnection : IFlowOutput, IAsyncDisposable
{
    private const int MaximumBatches = 1024;
    private const int MaximumMessageBytes = 4096;

    private readonly Uri _analyzer;
    private readonly string _host;
    private readonly TimeSpan _pingDelay;
    private readonly TimeSpan _pongTimeout;
    private readonly ILogger<FlowConnection> _logger;
    private readonly Channel<IReadOnlyList<Flow>> _queue =
        Channel.CreateBounded<IReadOnlyList<Flow>>(new BoundedChannelOptions(MaximumBatches) { SingleReader = true });

    private readonly CancellationTokenSource _stop = new();
    private IReadOnlyList<Flow>? _unsent;
    private int _isDisposed;

    /// <summary>Begins to connect.</summary>
    /// <param name="analyzer">The analyzer, as http:// or https:// address.</param>
    /// <param name="host">Identity of this host.</param>
    /// <param name="pingDelay">Time between two pings.</param>
    /// <param name="pongTimeout">How long a pong may take.</param>
    /// <param name="logger">Told when flows are held up.</param>
    public FlowConnection(Uri analyzer, string host, TimeSpan pingDelay, TimeSpan pongTimeout, ILogger<FlowConnection> logger)
    {
        _analyzer = analyzer;
        _host = host;
        _pingDelay = pingDelay;
        _pongTimeout = pongTimeout;
        _logger = logger;
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the connection is disposed, or fails with what broke it for good.</summary>
    public Task Completion { get; }

    /// <inheritdoc/>
    /// <exception cref="ArgumentOutOfRangeException">There are more than <see cref="FlowChunk.MaxCount"/> flows.</exception>
    public bool TryAccept(IReadOnlyList<Flow> flows)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(flows.Count, FlowChunk.MaxCount, nameof(flows));
        return flows.Count == 0 || _queue.Writer.TryWrite(flows);
    }

    /// <summary>Sends what is waiting if that is quickly done, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        _queue.Writer.TryComplete();
        _stop.CancelAfter(TimeSpan.FromSeconds(2));
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        int failures = 0;
        try
        {
            while (_unsent is not null || !_queue.Reader.Completion.IsCompleted)
            {
                long began = TimeProvider.System.GetTimestamp();
                try
                {
                    using var socket = await AnalyzerSocket.ConnectAsync(
                        _analyzer, "/ws/agent/flow", _host, _pingDelay, _pongTimeout, _stop.Token).ConfigureAwait(false);
                    began = TimeProvider.System.GetTimestamp();
                    await ServeAsync(socket).ConfigureAwait(false);
                }
                catch (Exception e) when (AnalyzerSocket.IsDisconnect(e, _stop.Token))
                {
                    if (failures == 0)
                    {
                        LogHeldUp(_logger, _analyzer, e.Message);
                    }
                }

                if (_unsent is not null || !_queue.Reader.Completion.IsCompleted)
                {
                    failures = TimeProvider.System.GetElapsedTime(began) >= AnalyzerSocket.GoodConnection ? 0 : failures;
                    await Task.Delay(AnalyzerSocket.Pause(failures++), _stop.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task ServeAsync(ClientWebSocket socket)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
        var sending = SendAsync(socket, ending.Token);

        // The analyzer has nothing to say here, but only who listens hears that it closes; what is sent after that would be lost.
        var receiving = ReceiveAsync(socket, ending.Token);
        try
        {
            await (await Task.WhenAny(sending, receiving).ConfigureAwait(false)).ConfigureAwait(false);
            if (sending.IsCompletedSuccessfully)
            {
                await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _stop.Token).ConfigureAwait(false);
                await receiving.ConfigureAwait(false);
            }
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(sending, receiving).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SendAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        while (_unsent is not null || await _queue.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            if (_unsent is null && !_queue.Reader.TryRead(out _unsent))
            {
                continue;
            }

            await AnalyzerSocket.SendAsync(socket, FlowChunk.Encode(_unsent), WebSocketMessageType.Binary, cancellationToken).ConfigureAwait(false);
            _unsent = null;
        }
    }

    private static async Task ReceiveAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        while (await WebSocketReader.ReadAsync(socket, MaximumMessageBytes, cancellationToken).ConfigureAwait(false) is not null)
        {
        }
    }

    [LoggerMessage(1211, LogLevel.Warning, "Flows for analyzer {Analyzer} are held up: {Reason}")]
    private static partial void LogHeldUp(ILogger logger, Uri analyzer, string reason);
}
