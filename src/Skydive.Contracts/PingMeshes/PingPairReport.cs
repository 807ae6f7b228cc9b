using System.Text.Json;
using System.Text.Json.Serialization;

namespace Skydive.Contracts.PingMeshes;

/// <summary>How a pair does, by its agent.</summary>
public sealed record PingPairReport
{
    /// <summary>Identifier of the pair.</summary>
    public required string ID { get; init => field = value ?? throw new JsonException("ID of a pair is null"); }

    /// <summary>One of <see cref="PingPairStates"/>.</summary>
    public string State { get; init => field = value ?? PingPairStates.Pending; } = PingPairStates.Pending;

    /// <summary>When it came into this state, in milliseconds since 1970-01-01 UTC; 0 when it never was in another.</summary>
    public long LastChange { get; init; }

    /// <summary>Why the last request could not be sent; null when it could.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>What was measured since the agent began.</summary>
    public PingStatistics Statistics { get; init => field = value ?? new(); } = new();
}
