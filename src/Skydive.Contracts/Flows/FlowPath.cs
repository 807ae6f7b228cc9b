using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows;

/// <summary>The way of one conversation past the points where it was captured.</summary>
public sealed record FlowPath
{
    private static readonly IReadOnlyList<FlowHop> s_none = [];

    /// <summary>What is the same at all points that no router parts in another way; see <see cref="Flow.L3TrackingID"/>.</summary>
    public string L3TrackingID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The application.</summary>
    public string Application { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The end that sent the first packet that was seen: its IP address, or MAC address without.</summary>
    public string A { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The other end.</summary>
    public string B { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Port of A; null without ports.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PortA { get; init; }

    /// <summary>Port of B.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PortB { get; init; }

    /// <summary>The interface at A, when it is known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ANodeTID { get; init; }

    /// <summary>The interface at B.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BNodeTID { get; init; }

    /// <summary>The points from A to B.</summary>
    public IReadOnlyList<FlowHop> Hops { get; init => field = value ?? s_none; } = s_none;

    /// <summary>Packets from A to B that the first point saw and the last did not.</summary>
    public long ABLost { get; init; }

    /// <summary>Packets from B to A that the last point saw and the first did not.</summary>
    public long BALost { get; init; }
}
