using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;

namespace Skydive.Contracts.Messages;

/// <summary>
/// Reads messages from a WebSocket, up to a size. A whole graph is read element by element as it comes in, so that its text never rests in
/// memory as a whole. One reader at a time.
/// </summary>
public sealed class GraphMessageReader : IDisposable
{
    private const int SmallBuffer = 4096;
    private const int LargeBuffer = 1 << 20;

    private readonly WebSocket _socket;
    private readonly GraphMessageOptions _options;
    private byte[] _buffer = [];

    /// <summary>Makes a reader.</summary>
    /// <param name="socket">The socket; stays with its owner.</param>
    /// <param name="options">What is taken.</param>
    public GraphMessageReader(WebSocket socket, GraphMessageOptions options)
    {
        _socket = socket;
        _options = options;
    }

    /// <summary>Waits for the next message.</summary>
    /// <param name="cancellationToken">Ends the wait; the socket is of no use afterwards.</param>
    /// <returns>The message; null when the peer closed the connection.</returns>
    /// <exception cref="GraphMessageException">The message is larger than allowed, or not valid and not to be left out.</exception>
    /// <exception cref="WebSocketException">The connection broke.</exception>
    public async ValueTask<GraphMessage?> ReadAsync(CancellationToken cancellationToken)
    {
        var parser = new MessageParser(_options);
        string? problem = null;
        int begin = 0, end = 0, wanted = 0;
        long received = 0;
        while (true)
        {
            Reserve(ref begin, ref end, received);
            var result = await _socket.ReceiveAsync(_buffer.AsMemory(end), cancellationToken).ConfigureAwait(false);
            if (result.MessageType == WebSocketMessageType.Close)
            {
                Release();
                return null;
            }

            end += result.Count;
            received += result.Count;
            if (received > _options.MaximumMessageBytes)
            {
                throw new GraphMessageException(WebSocketCloseStatus.MessageTooBig, $"a message is larger than {_options.MaximumMessageBytes} bytes");
            }

            // A payload that is not there as a whole is not looked at again before there is twice as much of it.
            if (problem is null && (result.EndOfMessage || end - begin >= Math.Max(wanted, Math.Min(_buffer.Length, LargeBuffer) / 2)))
            {
                int done = 0;
                try
                {
                    done = parser.Parse(_buffer.AsSpan(begin, end - begin), result.EndOfMessage);
                }
                catch (JsonException e)
                {
                    problem = _options.IsLenient
                        ? e.Message : throw new GraphMessageException(WebSocketCloseStatus.InvalidPayloadData, $"a message is not valid: {e.Message}", e);
                }

                begin += done;
                wanted = done > 0 ? 0 : (end - begin) * 2;
                if (wanted / 2 > _options.MaximumPayloadBytes)
                {
                    throw new GraphMessageException(WebSocketCloseStatus.MessageTooBig, $"a node, edge or other payload is larger than {_options.MaximumPayloadBytes} bytes");
                }
            }

            if (problem is not null)
            {
                // The rest of the message goes by.
                begin = end = 0;
            }

            if (result.EndOfMessage)
            {
                Release();
                return parser.Finish(problem);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
        }
    }

    // Makes room for more of the message behind what is not done with.
    private void Reserve(ref int begin, ref int end, long received)
    {
        bool isFull = end - begin == _buffer.Length;
        if (begin > 0 && end == _buffer.Length)
        {
            _buffer.AsSpan(begin..end).CopyTo(_buffer);
            (begin, end) = (0, end - begin);
        }

        // A message that does not come at once is likely to be a large one.
        if (isFull || (received > _buffer.Length && _buffer.Length < LargeBuffer && end - begin < _buffer.Length))
        {
            byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(SmallBuffer, isFull && _buffer.Length >= LargeBuffer ? _buffer.Length * 2 : Math.Min(_buffer.Length * 8, LargeBuffer)));
            _buffer.AsSpan(begin..end).CopyTo(larger);
            (begin, end) = (0, end - begin);
            Dispose();
            _buffer = larger;
        }
    }

    // Thousands of quiet connections are not to keep the room of their largest message.
    private void Release()
    {
        if (_buffer.Length > SmallBuffer)
        {
            Dispose();
        }
    }
}
