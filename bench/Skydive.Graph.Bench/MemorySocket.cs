using System.Net.WebSockets;

namespace Skydive.Graph.Bench;

/// <summary>A socket whose peer has sent one message, which comes in pieces.</summary>
internal sealed class MemorySocket(ReadOnlyMemory<byte> message, int pieceBytes) : WebSocket
{
    private int _read;

    public override WebSocketCloseStatus? CloseStatus => null;

    public override string? CloseStatusDescription => null;

    public override WebSocketState State => WebSocketState.Open;

    public override string? SubProtocol => null;

    public override ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        int count = Math.Min(Math.Min(buffer.Length, pieceBytes), message.Length - _read);
        message.Slice(_read, count).CopyTo(buffer);
        _read += count;
        return new(new ValueWebSocketReceiveResult(count, WebSocketMessageType.Text, _read == message.Length));
    }

    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

    public override void Abort()
    {
    }

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

    public override void Dispose()
    {
    }

    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
