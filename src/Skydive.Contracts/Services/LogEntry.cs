namespace Skydive.Contracts.Services;

/// <summary>A message of a service's log.</summary>
public sealed record LogEntry
{
    /// <summary>When; null for what did not come through the log, such as a crash.</summary>
    public DateTimeOffset? Time { get; init; }

    /// <summary>Trace, Debug, Information, Warning, Error or Critical.</summary>
    public required string Level { get; init; }

    /// <summary>The part of the service; null for what did not come through the log.</summary>
    public string? Category { get; init; }

    /// <summary>The message.</summary>
    public required string Message { get; init; }
}
