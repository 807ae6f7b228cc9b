namespace Skydive;

/// <summary>A message of a service's log.</summary>
public sealed class LogEntry
{
    internal LogEntry(Contracts.Services.LogEntry entry)
    {
        Time = entry.Time?.ToLocalTime();
        Level = Enum.TryParse<LogLevel>(entry.Level, out var level) ? level : LogLevel.Information;
        Category = entry.Category;
        Message = entry.Message;
    }

    /// <summary>When; null for what did not come through the log, such as a crash.</summary>
    public DateTimeOffset? Time { get; }

    /// <summary>How important it is.</summary>
    public LogLevel Level { get; }

    /// <summary>The part of the service; null for what did not come through the log.</summary>
    public string? Category { get; }

    /// <summary>The message.</summary>
    public string Message { get; }

    /// <summary>The message.</summary>
    public override string ToString() => Message;
}
