using System.Text.Json.Serialization;

namespace Skydive.Contracts.PingMeshes;

/// <summary>One interface that asks another, and how the other answers.</summary>
public sealed record PingPair
{
    /// <summary>Identifier: the same for the same mesh and interfaces, also after a restart.</summary>
    public string ID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Topology identifier of the interface that asks.</summary>
    public string SrcTID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Its name.</summary>
    public string Src { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Its host.</summary>
    public string SrcHost { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Its address; empty when there is none that suits.</summary>
    public string SrcIP { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Topology identifier of the interface that is asked.</summary>
    public string DstTID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Its name.</summary>
    public string Dst { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Its host.</summary>
    public string DstHost { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Its address; empty when there is none that suits.</summary>
    public string DstIP { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>One of <see cref="PingPairStates"/>.</summary>
    public string State { get; init => field = value ?? PingPairStates.Pending; } = PingPairStates.Pending;

    /// <summary>When it came into this state, in milliseconds since 1970-01-01 UTC; 0 when it never was in another.</summary>
    public long LastChange { get; init; }

    /// <summary>Why nothing is sent, or the last request could not be; null when nothing is wrong.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>What was measured since the agent began, or in the span of time that was asked for.</summary>
    public PingStatistics Statistics { get; init => field = value ?? new(); } = new();
}
