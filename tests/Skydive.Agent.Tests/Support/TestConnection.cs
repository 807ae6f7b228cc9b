using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Skydive.Contracts;
using Skydive.Contracts.Messages;

namespace Skydive.Agent.Tests.Support;

/// <summary>One connection of an agent, seen by the test that plays the analyzer.</summary>
internal sealed class TestConnection(string path, IHeaderDictionary headers, WebSocket socket)
{
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Path { get; } = path;

    public IReadOnlyDictionary<string, string> Headers { get; } = headers.ToDictionary(static header => header.Key, static header => header.Value.ToString(), StringComparer.OrdinalIgnoreCase);

    /// <summary>Ends when the test is done with the connection.</summary>
    public Task Ended => _ended.Task;

    /// <summary>The next message; null when the agent closed or broke the connection.</summary>
    public async Task<ReceivedMessage?> ReceiveRawAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Tools.Patience);
        try
        {
            return await WebSocketReader.ReadAsync(socket, 64 << 20, deadline.Token);
        }
        catch (WebSocketException)
        {
            return null;
        }
    }

    public async Task<WebSocketMessage> ReceiveAsync()
    {
        var received = Assert.NotNull(await ReceiveRawAsync());
        return JsonSerializer.Deserialize(received.Data.Span, ContractsJsonContext.Default.WebSocketMessage)!;
    }

    /// <summary>The next message of a type.</summary>
    public async Task<WebSocketMessage> ReceiveAsync(string type)
    {
        var message = await ReceiveAsync();
        Assert.Equal(type, message.Type);
        return message;
    }

    public Task SendAsync(ReadOnlyMemory<byte> message) =>
        socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, TestContext.Current.CancellationToken).AsTask();

    public Task SendAsync(string text) => SendAsync(Encoding.UTF8.GetBytes(text));

    /// <summary>Closes in the orderly way.</summary>
    public async Task CloseAsync()
    {
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, TestContext.Current.CancellationToken);
        while (await ReceiveRawAsync() is not null)
        {
        }

        _ended.TrySetResult();
    }

    /// <summary>Breaks off.</summary>
    public void Break()
    {
        socket.Abort();
        _ended.TrySetResult();
    }
}
