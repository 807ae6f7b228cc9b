using System.Text.Json.Serialization;

namespace Skydive.Contracts.Status;

/// <summary>How the history store does.</summary>
public sealed record StorageStatus
{
    /// <summary>memory or sqlite.</summary>
    public required string Driver { get; init; }

    /// <summary>running or failed.</summary>
    public required string Status { get; init; }

    /// <summary>What is wrong; null when nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Message { get; init; }

    /// <summary>Where it rests; null for memory.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Path { get; init; }

    /// <summary>Bytes it takes.</summary>
    public long SizeBytes { get; init; }

    /// <summary>Flows that could not be kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long FlowsDropped { get; init; }

    /// <summary>Metric samples that could not be kept.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long MetricsDropped { get; init; }

    /// <summary>Revisions of nodes and edges that could not be kept, because the store refuses them for what they are.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long RevisionsDropped { get; init; }
}
