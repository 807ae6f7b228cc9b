namespace Skydive;

/// <summary>What became of the connection with an analyzer.</summary>
public sealed class ConnectionEvent
{
    internal ConnectionEvent(Uri uri, bool isConnected, string? error, TimeSpan? retryDelay)
    {
        Time = DateTimeOffset.Now;
        Uri = uri;
        IsConnected = isConnected;
        Error = error;
        RetryDelay = retryDelay;
    }

    /// <summary>When it happened.</summary>
    public DateTimeOffset Time { get; }

    /// <summary>Address of the analyzer.</summary>
    public Uri Uri { get; }

    /// <summary>Whether it was made; else it broke.</summary>
    public bool IsConnected { get; }

    /// <summary>Why it broke; null when it was made.</summary>
    public string? Error { get; }

    /// <summary>When it is tried again; null when it was made, or when it is given up.</summary>
    public TimeSpan? RetryDelay { get; }

    /// <summary>What happened.</summary>
    public override string ToString() => IsConnected ? $"connected with {Uri}" : $"{Uri}: {Error}";
}
