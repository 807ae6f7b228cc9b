using System.Net.WebSockets;
using Skydive.Contracts.Messages;

namespace Skydive.Analyzer.WebSockets;

/// <summary>A connection on which messages travel in their binary form, for those who read and write them as JSON.</summary>
/// <param name="socket">The connection.</param>
/// <param name="maximumMessageBytes">The largest message that may come.</param>
internal sealed class ProtobufWebSocket(WebSocket socket, int maximumMessageBytes) : WebSocket
{
    private ReadOnlyMemory<byte> _pending;

    /// <inheritdoc/>
    public override WebSocketCloseStatus? CloseStatus => socket.CloseStatus;

    /// <inheritdoc/>
    public override string? CloseStatusDescription => socket.CloseStatusDescription;

    /// <inheritdoc/>
    public override WebSocketState State => socket.State;

    /// <inheritdoc/>
    public override string? SubProtocol => socket.SubProtocol;

    /// <inheritdoc/>
    public override void Abort() => socket.Abort();

    /// <inheritdoc/>
    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        socket.CloseAsync(closeStatus, statusDescription, cancellationToken);

    /// <inheritdoc/>
    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        socket.CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    /// <inheritdoc/>
    public override void Dispose() => socket.Dispose();

    /// <inheritdoc/>
    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        while (_pending.IsEmpty)
        {
            if (await WebSocketReader.ReadAsync(socket, maximumMessageBytes, cancellationToken).ConfigureAwait(false) is not { } received)
            {
                return new(0, WebSocketMessageType.Close, true);
            }

            // Whoever asked for binary messages sends no others. What is none is told apart by whoever reads it as JSON.
            if (received.Type == WebSocketMessageType.Binary)
            {
                _pending = ProtobufEnvelope.TryDecode(received.Data.Span, out var json) ? json : "?"u8.ToArray();
            }
        }

        int count = Math.Min(buffer.Length, _pending.Length);
        _pending[..count].CopyTo(buffer);
        _pending = _pending[count..];
        return new(count, WebSocketMessageType.Text, _pending.IsEmpty);
    }

    /// <inheritdoc/>
    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        var result = await ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false);
        return new(result.Count, result.MessageType, result.EndOfMessage);
    }

    /// <inheritdoc/>
    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        endOfMessage
            ? socket.SendAsync(ProtobufEnvelope.Encode(buffer.Span), WebSocketMessageType.Binary, true, cancellationToken)
            : throw new NotSupportedException("messages are sent as a whole");

    /// <inheritdoc/>
    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        SendAsync(buffer.AsMemory(), messageType, endOfMessage, cancellationToken).AsTask();
}
