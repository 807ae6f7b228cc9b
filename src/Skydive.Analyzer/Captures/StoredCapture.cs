using Skydive.Contracts.Captures;

namespace Skydive.Analyzer.Captures;

/// <summary>A capture as it rests in the store.</summary>
internal sealed record StoredCapture
{
    public required Capture Capture { get; init; }

    /// <summary>When it ends by itself, in milliseconds since 1970-01-01 UTC; null for never.</summary>
    public long? ExpiresAt { get; init; }
}
