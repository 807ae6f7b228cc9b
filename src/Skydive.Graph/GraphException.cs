namespace Skydive.Graph;

/// <summary>A change that the graph refuses; nothing of its transaction is kept.</summary>
public sealed class GraphException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="reason">Why it is refused.</param>
    /// <param name="message">What, which, why.</param>
    public GraphException(GraphErrorReason reason, string message)
        : base(message) => Reason = reason;

    /// <summary>Why it is refused.</summary>
    public GraphErrorReason Reason { get; }
}
