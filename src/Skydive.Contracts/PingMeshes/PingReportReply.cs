namespace Skydive.Contracts.PingMeshes;

/// <summary>An agent's answer to a <see cref="PingReportRequest"/>.</summary>
public sealed record PingReportReply
{
    /// <summary>What it has measured; null when the request failed.</summary>
    public PingReport? Report { get; init; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Error { get; init; }
}
