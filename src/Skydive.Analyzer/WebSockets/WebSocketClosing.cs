using System.Net.WebSockets;

namespace Skydive.Analyzer.WebSockets;

/// <summary>Ends WebSocket connections in the orderly way where the peer still plays along.</summary>
internal static class WebSocketClosing
{
    /// <summary>Says goodbye, and waits a second at most for the peer to take it.</summary>
    public static async Task CloseAsync(WebSocket socket)
    {
        if (socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived))
        {
            return;
        }

        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(1));
        try
        {
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, deadline.Token).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The peer is gone already: there is nobody to say goodbye to.
            socket.Abort();
        }
    }
}
