using System.Text.Json.Serialization;

namespace Skydive.Contracts.Status;

/// <summary>How a probe does.</summary>
public sealed record ProbeStatus
{
    /// <summary>running, starting, degraded or failed.</summary>
    public required string Status { get; init; }

    /// <summary>What is wrong and what would mend it; null when nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; init; }

    /// <summary>How often events were lost and the probe read everything anew.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Resynchronizations { get; init; }
}
