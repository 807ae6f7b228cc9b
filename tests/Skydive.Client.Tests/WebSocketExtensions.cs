using System.Net.WebSockets;
using System.Text;
using System.Text.Json;

namespace Skydive.Client.Tests;

/// <summary>The server's side of a WebSocket, in short.</summary>
internal static class WebSocketExtensions
{
    public static Task SendTextAsync(this WebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, endOfMessage: true, TestContext.Current.CancellationToken);

    public static async Task<JsonElement> ReceiveMessageAsync(this WebSocket socket)
    {
        byte[] buffer = new byte[16 * 1024];
        var result = await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken);
        return JsonDocument.Parse(buffer.AsMemory(0, result.Count)).RootElement.Clone();
    }

    public static async Task WaitForCloseAsync(this WebSocket socket)
    {
        byte[] buffer = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(buffer, TestContext.Current.CancellationToken)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (WebSocketException)
        {
            // Gone without a word is gone as well.
        }
    }
}
