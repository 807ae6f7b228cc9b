namespace Skydive.Linux.Polling;

/// <summary>Why a wait ended.</summary>
public enum WaitOutcome
{
    /// <summary>There is something to read, or an error to fetch.</summary>
    Ready,

    /// <summary>The time ran out.</summary>
    TimedOut,

    /// <summary>The cancellation token fired, or the object was disposed.</summary>
    Cancelled,
}
