namespace Skydive.Analyzer.WebSockets;

/// <summary>How WebSocket connections are kept.</summary>
public sealed record WebSocketOptions
{
    /// <summary>Time between two pings (http.ws.ping_delay).</summary>
    public TimeSpan PingDelay { get; init; } = TimeSpan.FromSeconds(2);

    /// <summary>How long a pong may take before the connection is given up (http.ws.pong_timeout).</summary>
    public TimeSpan PongTimeout { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How many commits may wait for a subscriber before it is resynchronised (http.ws.queue_size).</summary>
    public int QueueSize { get; init; } = 10000;

    /// <summary>How long one message may take to be sent before the connection is given up.</summary>
    public TimeSpan WriteTimeout { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>The largest message that a subscriber may send.</summary>
    public int MaximumRequestBytes { get; init; } = 64 * 1024;

    /// <summary>The largest message that an agent may send: its whole graph.</summary>
    public int MaximumAgentMessageBytes { get; init; } = 512 * 1024 * 1024;

    /// <summary>The largest message that a publisher may send: its whole graph.</summary>
    public int MaximumPublisherMessageBytes { get; init; } = 512 * 1024 * 1024;

    /// <summary>The largest node or edge that a publisher may send.</summary>
    public int MaximumElementBytes { get; init; } = 1024 * 1024;

    /// <summary>How many nodes and edges one message of a publisher may hold.</summary>
    public int MaximumElements { get; init; } = 1_000_000;
}
