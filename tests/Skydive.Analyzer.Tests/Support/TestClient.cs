using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Skydive.Contracts;
using Skydive.Contracts.Messages;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>A WebSocket client that a test plays.</summary>
internal sealed class TestClient : IDisposable
{
    private readonly ClientWebSocket _socket = new();

    public IReadOnlyDictionary<string, IEnumerable<string>> ResponseHeaders => _socket.HttpResponseHeaders!;

    public WebSocketCloseStatus? CloseStatus => _socket.CloseStatus;

    public string? CloseReason => _socket.CloseStatusDescription;

    public static async Task<TestClient> ConnectAsync(Uri address, string path, IReadOnlyList<(string Name, string Value)> headers)
    {
        var client = new TestClient();
        client._socket.Options.CollectHttpResponseDetails = true;
        foreach (var (name, value) in headers)
        {
            client._socket.Options.SetRequestHeader(name, value);
        }

        string[] parts = path.Split('?');
        await client._socket.ConnectAsync(
            new UriBuilder(address) { Scheme = "ws", Path = parts[0], Query = parts.ElementAtOrDefault(1) ?? string.Empty }.Uri, TestContext.Current.CancellationToken);
        return client;
    }

    public Task SendAsync(ReadOnlyMemory<byte> message, WebSocketMessageType type = WebSocketMessageType.Text) =>
        _socket.SendAsync(message, type, WebSocketMessageFlags.EndOfMessage, TestContext.Current.CancellationToken).AsTask();

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    public Task RequestSyncAsync(string uuid, string obj = "{}") =>
        SendAsync($$"""{"Namespace":"Graph","Type":"SyncRequest","UUID":"{{uuid}}","Status":200,"Obj":{{obj}}}""");

    /// <summary>The next message; null when the other side closed or broke the connection.</summary>
    public async Task<WebSocketMessage?> TryReceiveAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Wait.Patience);
        try
        {
            return await WebSocketReader.ReadAsync(_socket, 256 << 20, deadline.Token) is { } received
                ? JsonSerializer.Deserialize(received.Data.Span, ContractsJsonContext.Default.WebSocketMessage)
                : null;
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    public async Task<WebSocketMessage> ReceiveAsync() => await TryReceiveAsync() ?? throw new InvalidOperationException("the connection has ended");

    /// <summary>The next message, which must be of a type.</summary>
    public async Task<WebSocketMessage> ReceiveAsync(string type)
    {
        var message = await ReceiveAsync();
        Assert.Equal(type, message.Type);
        return message;
    }

    /// <summary>The payload of the next message, which must be of a type.</summary>
    public async Task<T> ReceiveAsync<T>(string type, JsonTypeInfo<T> payload) => (await ReceiveAsync(type)).Obj.Deserialize(payload)!;

    /// <summary>The bytes of the next message, which must be binary.</summary>
    public async Task<byte[]> ReceiveBytesAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Wait.Patience);
        var received = await WebSocketReader.ReadAsync(_socket, 256 << 20, deadline.Token) ?? throw new InvalidOperationException("the connection has ended");
        Assert.Equal(WebSocketMessageType.Binary, received.Type);
        return received.Data.ToArray();
    }

    /// <summary>Sends as much as the other side takes.</summary>
    public async Task TrySendAsync(ReadOnlyMemory<byte> message)
    {
        try
        {
            await SendAsync(message);
        }
        catch (WebSocketException)
        {
            // It had enough.
        }
    }

    public Task CloseAsync() => _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);

    public void Break() => _socket.Abort();

    public void Dispose() => _socket.Dispose();
}
