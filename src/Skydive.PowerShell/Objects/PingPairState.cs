namespace Skydive;

/// <summary>How a pair of a ping mesh does.</summary>
public enum PingPairState
{
    /// <summary>No request was answered or lost so far.</summary>
    Pending,

    /// <summary>The last request was answered.</summary>
    Up,

    /// <summary>The last request was lost.</summary>
    Down,

    /// <summary>Nothing can be sent.</summary>
    Failed,
}
