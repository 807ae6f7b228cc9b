using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows;

/// <summary>What was seen of a TCP connection beyond packets and bytes. Times are milliseconds since 1970-01-01 UTC; 0 means not seen and is
/// written like any other value, but for the times to live.</summary>
public sealed record TcpMetric
{
    /// <summary>First SYN from A.</summary>
    public long ABSynStart { get; init; }

    /// <summary>First SYN from B.</summary>
    public long BASynStart { get; init; }

    /// <summary>Time to live of the SYN from A.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ABSynTTL { get; init; }

    /// <summary>Time to live of the SYN from B.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int BASynTTL { get; init; }

    /// <summary>First FIN from A.</summary>
    public long ABFinStart { get; init; }

    /// <summary>First FIN from B.</summary>
    public long BAFinStart { get; init; }

    /// <summary>First RST from A.</summary>
    public long ABRstStart { get; init; }

    /// <summary>First RST from B.</summary>
    public long BARstStart { get; init; }

    /// <summary>Segments from A that came out of order; 0 unless segments are put in order.</summary>
    public long ABSegmentOutOfOrder { get; init; }

    /// <summary>Gaps in the stream from A that were given up; 0 unless segments are put in order.</summary>
    public long ABSegmentSkipped { get; init; }

    /// <summary>Bytes in those gaps.</summary>
    public long ABSegmentSkippedBytes { get; init; }

    /// <summary>Segments from A that were put in order.</summary>
    public long ABPackets { get; init; }

    /// <summary>Payload bytes from A that were put in order.</summary>
    public long ABBytes { get; init; }

    /// <summary>1 when the begin of the stream from A was seen; 0 unless segments are put in order.</summary>
    public long ABSawStart { get; init; }

    /// <summary>1 when the end of the stream from A was seen; 0 unless segments are put in order.</summary>
    public long ABSawEnd { get; init; }

    /// <summary>Segments from B that came out of order; 0 unless segments are put in order.</summary>
    public long BASegmentOutOfOrder { get; init; }

    /// <summary>Gaps in the stream from B that were given up; 0 unless segments are put in order.</summary>
    public long BASegmentSkipped { get; init; }

    /// <summary>Bytes in those gaps.</summary>
    public long BASegmentSkippedBytes { get; init; }

    /// <summary>Segments from B that were put in order.</summary>
    public long BAPackets { get; init; }

    /// <summary>Payload bytes from B that were put in order.</summary>
    public long BABytes { get; init; }

    /// <summary>1 when the begin of the stream from B was seen; 0 unless segments are put in order.</summary>
    public long BASawStart { get; init; }

    /// <summary>1 when the end of the stream from B was seen; 0 unless segments are put in order.</summary>
    public long BASawEnd { get; init; }
}
