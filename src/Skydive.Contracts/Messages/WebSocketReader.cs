using System.Buffers;
using System.Net.WebSockets;

namespace Skydive.Contracts.Messages;

/// <summary>Reads whole messages from a WebSocket, up to a size.</summary>
public static class WebSocketReader
{
    /// <summary>Waits for the next message.</summary>
    /// <param name="socket">The socket.</param>
    /// <param name="maximumBytes">The largest message that is taken.</param>
    /// <param name="cancellationToken">Ends the wait; the socket is of no use afterwards.</param>
    /// <returns>The message and its type; null when the peer closed the connection.</returns>
    /// <exception cref="WebSocketException">The connection broke, or the message is too large.</exception>
    public static async Task<ReceivedMessage?> ReadAsync(
        WebSocket socket, int maximumBytes, CancellationToken cancellationToken)
    {
        var buffer = new ArrayBufferWriter<byte>(4096);
        while (true)
        {
            var result = await socket.ReceiveAsync(buffer.GetMemory(4096), cancellationToken).ConfigureAwait(false);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                return null;
            }

            buffer.Advance(result.Count);
            if (buffer.WrittenCount > maximumBytes)
            {
                throw new WebSocketException(WebSocketError.Faulted, $"message larger than {maximumBytes} bytes");
            }

            if (result.EndOfMessage)
            {
                return new ReceivedMessage(result.MessageType, buffer.WrittenMemory);
            }
        }
    }
}
