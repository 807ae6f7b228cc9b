using System.Net.WebSockets;
using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Skydive.Agent.Captures;
using Skydive.Contracts.Flows;
using Skydive.Flows.Encoding;

namespace Skydive.Agent.Link;

/// <summary>
/// Sends flows to an analyzer over a WebSocket of their own, in encoded blocks. Bounded: while there is no connection, or one that is too
/// slow, the newest flows are dropped and counted.
/// </summary>
public sealed partial class FlowConnection : IFlowOutput, IAsyncDisposable
{
    private const int MaximumBatches = 1024;
    private static readonly TimeSpan s_writeTimeout = TimeSpan.FromSeconds(10);

    private readonly Uri _analyzer;
    private readonly string _host;
    private readonly TimeSpan _pingDelay;
    private readonly TimeSpan _pongTimeout;
    private readonly ILogger<FlowConnection> _logger;
    private readonly Channel<IReadOnlyList<Flow>> _queue =
        Channel.CreateBounded<IReadOnlyList<Flow>>(new BoundedChannelOptions(MaximumBatches) { SingleReader = true });

    private readonly CancellationTokenSource _stop = new();

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
    public bool TryAccept(IReadOnlyList<Flow> flows) => _queue.Writer.TryWrite(flows);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _stop.CancelAfter(TimeSpan.FromSeconds(2));
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        int failures = 0;
        IReadOnlyList<Flow>? unsent = null;
        try
        {
            while (true)
            {
                try
                {
                    using var socket = await AnalyzerConnection.ConnectAsync(
                        _analyzer, "/ws/agent/flow", _host, _pingDelay, _pongTimeout, _stop.Token).ConfigureAwait(false);
                    failures = 0;
                    while (unsent is not null || await _queue.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
                    {
                        if (unsent is null && !_queue.Reader.TryRead(out unsent))
                        {
                            continue;
                        }

                        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(_stop.Token);
                        deadline.CancelAfter(s_writeTimeout);
                        await socket.SendAsync(
                            FlowChunk.Encode(unsent), WebSocketMessageType.Binary, WebSocketMessageFlags.EndOfMessage, deadline.Token).ConfigureAwait(false);
                        unsent = null;
                    }

                    await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _stop.Token).ConfigureAwait(false);
                    return;
                }
                catch (Exception e) when (e is WebSocketException or IOException || (e is OperationCanceledException && !_stop.IsCancellationRequested))
                {
                    if (failures == 0)
                    {
                        LogHeldUp(_logger, _analyzer, e.Message);
                    }
                }

                await Task.Delay(AnalyzerConnection.Pause(failures++), _stop.Token).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    [LoggerMessage(1211, LogLevel.Warning, "Flows for analyzer {Analyzer} are held up: {Reason}")]
    private static partial void LogHeldUp(ILogger logger, Uri analyzer, string reason);
}
