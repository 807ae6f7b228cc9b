using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows;

/// <summary>Counters of a flow over a span of time.</summary>
public sealed record FlowMetric
{
    /// <summary>Packets from A to B.</summary>
    public long ABPackets { get; init; }

    /// <summary>Bytes from A to B, as they were on the wire.</summary>
    public long ABBytes { get; init; }

    /// <summary>Packets from B to A.</summary>
    public long BAPackets { get; init; }

    /// <summary>Bytes from B to A, as they were on the wire.</summary>
    public long BABytes { get; init; }

    /// <summary>Begin of the span, in milliseconds since 1970-01-01 UTC.</summary>
    public long Start { get; init; }

    /// <summary>End of the span, in milliseconds since 1970-01-01 UTC.</summary>
    public long Last { get; init; }

    /// <summary>Round trip time in nanoseconds; 0, left out of the JSON, when it is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long RTT { get; init; }
}
