using System.Text.Json.Serialization;

namespace Skydive.Contracts.Status;

/// <summary>One WebSocket connection.</summary>
public sealed record ConnectionStatus
{
    /// <summary>For an agent's connection to an analyzer, whether it is the one that gets the graph; null elsewhere.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? IsMaster { get; init; }

    /// <summary>What the client calls itself: agent, subscriber …</summary>
    public required string ServiceType { get; init; }

    /// <summary>json or protobuf; internal for an agent in the same process.</summary>
    public required string ClientProtocol { get; init; }

    /// <summary>The peer's address.</summary>
    public string Addr { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The peer's port.</summary>
    public int Port { get; init; }

    /// <summary>Whether it is up.</summary>
    public required bool IsConnected { get; init; }

    /// <summary>Since when.</summary>
    public required DateTimeOffset ConnectTime { get; init; }

    /// <summary>Identity of the peer's host.</summary>
    public string RemoteHost { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>What the peer calls itself.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RemoteServiceType { get; init; }

    /// <summary>Messages that were not sent because the peer was too slow; it was resynchronised instead.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Dropped { get; init; }

    /// <summary>Elements and changes that the peer published and that were left out because they are not valid.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Refused { get; init; }
}
