using System.Net.WebSockets;
using System.Text;

namespace Skydive.Analyzer.WebSockets;

/// <summary>Ends WebSocket connections in the orderly way where the peer still plays along.</summary>
internal static class WebSocketClosing
{
    /// <summary>Says goodbye, and waits a second at most for the peer to take it.</summary>
    /// <param name="socket">The connection.</param>
    /// <param name="status">Why it ends.</param>
    /// <param name="reason">What the client is told; cut to what a close frame holds.</param>
    public static async Task CloseAsync(WebSocket socket, WebSocketCloseStatus status = WebSocketCloseStatus.NormalClosure, string? reason = null)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await socket.CloseOutputAsync(status, Cut(reason), deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The peer is gone already: there is nobody to say goodbye to.
            socket.Abort();
        }
    }

    // A close frame holds 123 bytes of text (RFC 6455, 5.5).
    private static string? Cut(string? reason)
    {
        while (reason is not null && Encoding.UTF8.GetByteCount(reason) > 123)
        {
            reason = reason[..^1];
        }

        return reason;
    }
}
