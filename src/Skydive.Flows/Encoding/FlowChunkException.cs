namespace Skydive.Flows.Encoding;

/// <summary>Bytes are not an encoded block of flows, or a damaged one; the message says what was found and what was expected.</summary>
public sealed class FlowChunkException : Exception
{
    /// <summary>A format error.</summary>
    /// <param name="message">What is wrong.</param>
    public FlowChunkException(string message)
        : base(message)
    {
    }
}
