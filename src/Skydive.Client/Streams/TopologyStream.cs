using System.Buffers;
using System.Net.WebSockets;
using System.Runtime.CompilerServices;
using System.Text.Json;
using System.Threading.Channels;
using Skydive.Client.Errors;
using Skydive.Client.Http;
using Skydive.Contracts;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Messages;

namespace Skydive.Client.Streams;

/// <summary>Follows a graph over a WebSocket: connects, asks for the graph, reads messages, and connects again when the connection breaks.</summary>
internal sealed class TopologyStream
{
    private readonly SkydiveClient _client;
    private readonly TopologyStreamOptions _options;
    private readonly TopologyMirror _mirror = new();

    public TopologyStream(SkydiveClient client, TopologyStreamOptions options)
    {
        _client = client;
        _options = options;
    }

    public async IAsyncEnumerable<TopologyEvent> ReadAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var channel = Channel.CreateBounded<TopologyEvent>(new BoundedChannelOptions(_options.Capacity) { SingleReader = true, SingleWriter = true });
        var loop = Task.Run(() => RunAsync(channel.Writer, stop.Token), CancellationToken.None);
        try
        {
            await foreach (var change in channel.Reader.ReadAllAsync(cancellationToken).ConfigureAwait(false))
            {
                yield return change;
            }
        }
        finally
        {
            // The reader may have left early; the connection must not outlive it.
            await stop.CancelAsync().ConfigureAwait(false);
            await loop.ConfigureAwait(false);
        }
    }

    // Never fails: errors reach the reader through the channel.
    private async Task RunAsync(ChannelWriter<TopologyEvent> writer, CancellationToken cancellationToken)
    {
        try
        {
            var delay = _options.FirstRetryDelay;
            long brokenAt = 0;
            while (true)
            {
                SkydiveException error;
                try
                {
                    await FollowAsync(writer, () => (delay, brokenAt) = (_options.FirstRetryDelay, 0), cancellationToken).ConfigureAwait(false);
                    error = new SkydiveConnectionException(SkydiveConnectionReason.Interrupted, _client.Address, $"{_client.Address} closed the connection");
                }
                catch (SkydiveConnectionException exception)
                {
                    error = exception;
                }
                catch (SkydiveApiException exception) when (exception.Status is 409 or >= 500)
                {
                    // A service that starts or stops, or a proxy before it; or the old connection is not known to be gone.
                    error = exception;
                }

                // The first connection tells whether address, filter and rights are right; it is not tried again.
                brokenAt = brokenAt == 0 ? Environment.TickCount64 : brokenAt;
                if (!_mirror.IsSynchronized || Environment.TickCount64 - brokenAt >= _options.RetryTimeout.TotalMilliseconds)
                {
                    throw error;
                }

                _mirror.Interrupt();
                var pause = delay * (0.5 + Random.Shared.NextDouble());
                await writer.WriteAsync(
                    new() { Kind = TopologyEventKind.Disconnected, Time = DateTimeOffset.UtcNow, Error = error, RetryDelay = pause }, cancellationToken).ConfigureAwait(false);
                await Task.Delay(pause, cancellationToken).ConfigureAwait(false);
                delay = delay * 2 < _options.LongestRetryDelay ? delay * 2 : _options.LongestRetryDelay;
            }
        }
        catch (Exception exception)
        {
            writer.TryComplete(exception is OperationCanceledException && cancellationToken.IsCancellationRequested ? null : exception);
        }
    }

    // Returns when the service closes the connection.
    private async Task FollowAsync(ChannelWriter<TopologyEvent> writer, Action synchronized, CancellationToken cancellationToken)
    {
        using var socket = new ClientWebSocket();
        byte[] buffer = ArrayPool<byte>.Shared.Rent(64 * 1024);
        try
        {
            await ConnectAsync(socket, cancellationToken).ConfigureAwait(false);
            await AskForGraphAsync(socket, cancellationToken).ConfigureAwait(false);
            bool isAsked = true;
            using var deadline = new Deadline(_client.Options.OperationTimeout, cancellationToken);
            while (true)
            {
                // Silence is normal for a graph at rest, but not while an answer is awaited.
                var token = isAsked ? deadline.Token : cancellationToken;
                int length = 0;
                ValueWebSocketReceiveResult result;
                do
                {
                    if (length == buffer.Length)
                    {
                        buffer = Grow(buffer);
                    }

                    result = await socket.ReceiveAsync(buffer.AsMemory(length), token).ConfigureAwait(false);
                    length += result.Count;
                    if (isAsked)
                    {
                        deadline.Restart();
                    }

                    if (result.MessageType == WebSocketMessageType.Close)
                    {
                        return;
                    }
                }
                while (!result.EndOfMessage);

                var message = JsonSerializer.Deserialize(buffer.AsSpan(0, length), ContractsJsonContext.Default.WebSocketMessage)
                    ?? throw new JsonException("a message is null");
                if (message.Namespace != MessageNamespaces.Graph)
                {
                    continue;
                }

                CheckReply(message);
                foreach (var change in _mirror.Apply(message))
                {
                    await writer.WriteAsync(change, cancellationToken).ConfigureAwait(false);
                }

                if (_mirror.NeedsSynchronization && !isAsked)
                {
                    await AskForGraphAsync(socket, cancellationToken).ConfigureAwait(false);
                    isAsked = true;
                    deadline.Restart();
                }
                else if (isAsked && !_mirror.NeedsSynchronization && _mirror.IsSynchronized)
                {
                    isAsked = false;
                    synchronized();
                }
            }
        }
        catch (Exception exception) when (!cancellationToken.IsCancellationRequested && WebSocketConnector.Translate(_client, exception, socket) is { } failure)
        {
            throw failure;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private Task ConnectAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        // A service refuses a second client of the same name, and may not know yet that the first is gone.
        string hostId = $"{WebSocketConnector.AsciiName(Environment.MachineName)}-{Environment.ProcessId}-{Guid.NewGuid():N}";
        socket.Options.SetRequestHeader(WebSocketHeaders.Namespace, MessageNamespaces.Graph);
        socket.Options.SetRequestHeader(WebSocketHeaders.UpdatePolicy, _options.PartialUpdates ? "partial" : "full");
        return WebSocketConnector.ConnectAsync(_client, socket, "ws/subscriber", _options.ClientType, hostId, cancellationToken);
    }

    // The filter is here rather than in the header X-Gremlin-Filter: only this reply can say what is wrong with it, and a header cannot carry
    // text beyond ASCII. What comes unfiltered before the reply is passed over, since the reply holds the graph as it is then.
    private Task AskForGraphAsync(ClientWebSocket socket, CancellationToken cancellationToken)
    {
        var request = JsonSerializer.SerializeToElement(new SyncRequest { GremlinFilter = _options.Filter }, ContractsJsonContext.Default.SyncRequest);
        var message = new WebSocketMessage { Namespace = MessageNamespaces.Graph, Type = MessageTypes.SyncRequest, UUID = Guid.NewGuid().ToString(), Obj = request };
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(message, ContractsJsonContext.Default.WebSocketMessage);
        return socket.SendAsync(bytes, WebSocketMessageType.Text, endOfMessage: true, cancellationToken);
    }

    private static void CheckReply(WebSocketMessage message)
    {
        if (message.Type != MessageTypes.SyncReply || message.Status is 0 or 200)
        {
            return;
        }

        if (message.Obj.ValueKind == JsonValueKind.Object)
        {
            throw new SkydiveApiException(ErrorReader.FromBody(message.Status, null, JsonSerializer.SerializeToUtf8Bytes(message.Obj, ContractsJsonContext.Default.JsonElement)));
        }

        string detail = message.Obj.ValueKind == JsonValueKind.String ? message.Obj.GetString()! : "the service does not give the graph";
        throw new SkydiveApiException(new ApiError { Status = message.Status, Code = ErrorReader.CodeOf(message.Status), Detail = detail });
    }

    private byte[] Grow(byte[] buffer)
    {
        if (buffer.Length >= _client.Options.MaximumItemBytes)
        {
            throw new JsonException($"a message is larger than {_client.Options.MaximumItemBytes} bytes");
        }

        byte[] larger = ArrayPool<byte>.Shared.Rent((int)Math.Min((long)buffer.Length * 2, Array.MaxLength));
        buffer.CopyTo(larger, 0);
        ArrayPool<byte>.Shared.Return(buffer);
        return larger;
    }
}
