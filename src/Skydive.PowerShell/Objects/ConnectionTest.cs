namespace Skydive;

/// <summary>Whether a service answers.</summary>
public sealed class ConnectionTest
{
    /// <summary>The address that was asked.</summary>
    public required Uri Uri { get; init; }

    /// <summary>Whether something answered.</summary>
    public required bool Reachable { get; init; }

    /// <summary>Whether it took the credentials.</summary>
    public required bool Authenticated { get; init; }

    /// <summary>Milliseconds until the answer; null when there was none.</summary>
    public double? LatencyMs { get; init; }

    /// <summary>analyzer or agent; null when it is not known.</summary>
    public string? Service { get; init; }

    /// <summary>Its version; null when it is not known.</summary>
    public string? ServerVersion { get; init; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Error { get; init; }
}
