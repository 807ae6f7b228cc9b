using System.Net;
using System.Net.WebSockets;
using Skydive.Contracts.Messages;

namespace Skydive.Agent.Link;

/// <summary>What the connections of an agent to an analyzer have in common.</summary>
internal static class AnalyzerSocket
{
    private const double MinimumBytesPerSecond = 256 << 10;
    private static readonly TimeSpan s_minimumPause = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan s_maximumPause = TimeSpan.FromSeconds(30);

    // Together with the pause: how long after a break that lasted an agent is back.
    private static readonly TimeSpan s_maximumPauseUnreached = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_connectTimeout = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_writeTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A connection that lasted this long was a good one: the pauses begin anew after it.</summary>
    public static TimeSpan GoodConnection => s_maximumPause;

    /// <summary>Connects.</summary>
    public static async Task<ClientWebSocket> ConnectAsync(
        Uri analyzer, string path, string host, TimeSpan pingDelay, TimeSpan pongTimeout, AnalyzerLogIn? logIn, CancellationToken cancellationToken)
    {
        var socket = new ClientWebSocket();
        try
        {
            socket.Options.SetRequestHeader(WebSocketHeaders.HostId, host);
            socket.Options.SetRequestHeader(WebSocketHeaders.ClientType, "agent");
            socket.Options.SetRequestHeader(WebSocketHeaders.ClientProtocol, "json");
            socket.Options.KeepAliveInterval = pingDelay;
            socket.Options.KeepAliveTimeout = pongTimeout;
            socket.Options.CollectHttpResponseDetails = true;
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(s_connectTimeout);
            var address = new UriBuilder(analyzer) { Scheme = analyzer.Scheme == "https" ? "wss" : "ws", Path = path }.Uri;
            logIn?.Authorize(socket.Options);
            await socket.ConnectAsync(address, logIn?.Invoker, deadline.Token).ConfigureAwait(false);
            return socket;
        }
        catch (WebSocketException) when (socket.HttpStatusCode is HttpStatusCode.Unauthorized or HttpStatusCode.Forbidden or HttpStatusCode.TooManyRequests)
        {
            string reason = socket.HttpStatusCode switch
            {
                HttpStatusCode.Unauthorized => "it does not know agent.auth.cluster.username with this password",
                HttpStatusCode.Forbidden => "agent.auth.cluster.username may not report there: put the user into the group agent",
                _ => "too many log-ins from here have failed",
            };
            socket.Dispose();
            throw new WebSocketException(reason);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Sends a message whole; gives up when it takes longer than a slow line would need.</summary>
    public static async Task SendAsync(
        WebSocket socket, ReadOnlyMemory<byte> message, WebSocketMessageType type, CancellationToken cancellationToken)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        deadline.CancelAfter(s_writeTimeout + TimeSpan.FromSeconds(message.Length / MinimumBytesPerSecond));
        await socket.SendAsync(message, type, WebSocketMessageFlags.EndOfMessage, deadline.Token).ConfigureAwait(false);
    }

    /// <summary>Whether an exception tells that the connection broke, or could not be made, and another may be made.</summary>
    public static bool IsDisconnect(Exception exception, CancellationToken stop) =>
        exception is WebSocketException or IOException or ObjectDisposedException
        || (exception is OperationCanceledException && !stop.IsCancellationRequested);

    /// <summary>The pause before another try: doubled each time, with a random part so that many agents do not come back at once.</summary>
    /// <param name="failures">How many tries have failed.</param>
    /// <param name="wasReached">Whether the analyzer took the connection and lost it again: to be sent a whole graph each time costs it more than to be knocked at.</param>
    public static TimeSpan Pause(int failures, bool wasReached)
    {
        double longest = Math.Min((wasReached ? s_maximumPause : s_maximumPauseUnreached).TotalMilliseconds, s_minimumPause.TotalMilliseconds * Math.Pow(2, Math.Min(failures, 16)));
#pragma warning disable CA5394 // Spreads load, keeps no secret.
        return TimeSpan.FromMilliseconds((longest / 2) + (Random.Shared.NextDouble() * longest / 2));
#pragma warning restore CA5394
    }
}
