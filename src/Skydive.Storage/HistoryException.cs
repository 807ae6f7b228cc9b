namespace Skydive.Storage;

/// <summary>A history store cannot do what it is asked. The message says what, where and what helps.</summary>
public sealed class HistoryException : Exception
{
    /// <summary>Makes the error.</summary>
    /// <param name="reason">Why.</param>
    /// <param name="message">What, where, what helps.</param>
    /// <param name="innerException">What it came from; null when it came from nothing else.</param>
    public HistoryException(HistoryErrorReason reason, string message, Exception? innerException = null)
        : base(message, innerException) => Reason = reason;

    /// <summary>Why.</summary>
    public HistoryErrorReason Reason { get; }

    /// <summary>
    /// Whether the same write may succeed later: the disk has room again, a lock is given free, access is granted. Otherwise it is what was to
    /// be written, or what it meets in the database, that stands against it.
    /// </summary>
    public bool IsRetryable => Reason is HistoryErrorReason.Full or HistoryErrorReason.InUse or HistoryErrorReason.Inaccessible or HistoryErrorReason.Failed;
}
