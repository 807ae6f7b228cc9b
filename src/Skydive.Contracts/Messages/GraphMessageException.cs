using System.Net.WebSockets;

namespace Skydive.Contracts.Messages;

/// <summary>A peer sent what ends its connection.</summary>
public sealed class GraphMessageException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="status">What the peer is told as the reason for the end of the connection (RFC 6455, 7.4).</param>
    /// <param name="message">What, which, why.</param>
    /// <param name="innerException">What caused it.</param>
    public GraphMessageException(WebSocketCloseStatus status, string message, Exception? innerException = null)
        : base(message, innerException) => Status = status;

    /// <summary>What the peer is told as the reason for the end of the connection.</summary>
    public WebSocketCloseStatus Status { get; }
}
