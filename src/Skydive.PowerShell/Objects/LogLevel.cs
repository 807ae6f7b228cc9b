namespace Skydive;

/// <summary>How important a message of a log is.</summary>
public enum LogLevel
{
    /// <summary>Every step.</summary>
    Trace,

    /// <summary>What helps to find faults.</summary>
    Debug,

    /// <summary>What happens.</summary>
    Information,

    /// <summary>What should not be, and can be lived with.</summary>
    Warning,

    /// <summary>Something that was not done.</summary>
    Error,

    /// <summary>The service cannot go on.</summary>
    Critical,
}
