using System.Net.WebSockets;
using System.Threading.Channels;
using Skydive.Analyzer.Flows;
using Skydive.Contracts;
using Skydive.Contracts.Messages;

namespace Skydive.Analyzer.WebSockets;

/// <summary>Tells an agent on its connection for flows what the store has. What comes while a message is being sent makes one more.</summary>
internal sealed class FlowAcknowledger : IDisposable
{
    private readonly WebSocket _socket;
    private readonly TimeSpan _writeTimeout;
    private readonly Channel<bool> _news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly Action _onStored;
    private volatile FlowRun? _run;

    public FlowAcknowledger(WebSocket socket, TimeSpan writeTimeout)
    {
        _socket = socket;
        _writeTimeout = writeTimeout;
        _onStored = () => _news.Writer.TryWrite(true);
    }

    /// <summary>The messages on this connection are of a run.</summary>
    public void Serve(FlowRun run)
    {
        if (_run != run)
        {
            _run?.Leave(_onStored);
            _run = run;
            run.Listen(_onStored);
        }
    }

    /// <summary>Tells the rest and ends.</summary>
    public void Complete() => _news.Writer.TryComplete();

    /// <summary>Tells until it is completed.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        while (await _news.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            _news.Reader.TryRead(out _);
            if (_run?.TakeAcknowledgement() is { } acknowledgement)
            {
                using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
                deadline.CancelAfter(_writeTimeout);
                await _socket.SendAsync(
                    MessageWriter.Write(
                        MessageNamespaces.Flow, MessageTypes.FlowsAcknowledged, string.Empty, acknowledgement, ContractsJsonContext.Default.FlowAcknowledgement),
                    WebSocketMessageType.Text,
                    WebSocketMessageFlags.EndOfMessage,
                    deadline.Token).ConfigureAwait(false);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _run?.Leave(_onStored);
}
