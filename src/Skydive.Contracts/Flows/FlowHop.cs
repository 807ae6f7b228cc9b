using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows;

/// <summary>A capture point on the way of a conversation: what it saw, and what became of packets since the capture point before.</summary>
public sealed record FlowHop
{
    /// <summary>Topology identifier of the node.</summary>
    public required string NodeTID { get; init; }

    /// <summary>Name of the node; null when the topology does not know it any more.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Type of the node.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>Host of the node.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>The flow at this point.</summary>
    public required string UUID { get; init; }

    /// <summary>Its identity on this segment: another one behind each router.</summary>
    public string TrackingID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The capture.</summary>
    public string CaptureID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Packets from A to B, which are the ends of the path and not of the flow here.</summary>
    public long ABPackets { get; init; }

    /// <summary>Their bytes.</summary>
    public long ABBytes { get; init; }

    /// <summary>Packets from B to A.</summary>
    public long BAPackets { get; init; }

    /// <summary>Their bytes.</summary>
    public long BABytes { get; init; }

    /// <summary>Packets from A to B that the point before saw and this one did not.</summary>
    public long ABLost { get; init; }

    /// <summary>Packets from B to A that this point saw and the one before did not.</summary>
    public long BALost { get; init; }

    /// <summary>When the first packet was seen here, in milliseconds since 1970-01-01 UTC.</summary>
    public long Start { get; init; }

    /// <summary>When the last packet was seen here.</summary>
    public long Last { get; init; }

    /// <summary>The last round trip from here to B and back in nanoseconds; 0 when none was measured.</summary>
    public long RTT { get; init; }

    /// <summary>
    /// What of the round trip falls between the point before and this one, both ways together, in nanoseconds; null where it is not known. Near
    /// zero it may be negative, since the two points may have measured different packets.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Latency { get; init; }
}
