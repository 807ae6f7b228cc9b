using System.Text.Json.Serialization;

namespace Skydive.Contracts.PingMeshes;

/// <summary>
/// A standing order to measure every ordered pair of interfaces of a selection, or from one selection to another, by echo requests: round trip
/// time, loss and jitter. Those that are selected are looked for anew whenever the topology changes.
/// </summary>
public sealed record PingMesh
{
    /// <summary>The time between two requests of a pair, in milliseconds, of one that does not say so.</summary>
    public const long DefaultInterval = 1000;

    /// <summary>How long a reply is waited for, in milliseconds, of one that does not say so.</summary>
    public const long DefaultTimeout = 2000;

    /// <summary>How long a sample of history is, in milliseconds, of one that does not say so.</summary>
    public const long DefaultSamplePeriod = 10_000;

    /// <summary>How many bytes follow the ICMP header in one that does not say so, as in ping(8).</summary>
    public const int DefaultPayloadSize = 56;

    /// <summary>The time to live, or hop limit, of one that does not say so.</summary>
    public const byte DefaultTimeToLive = 64;

    /// <summary>Identifier; assigned by the service.</summary>
    public string UUID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>A name for people.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>Gremlin that selects the interfaces that ask.</summary>
    public string Src { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Gremlin that selects the interfaces that are asked; empty for those of <see cref="Src"/>, each of which then asks all others.</summary>
    public string Dst { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>One of <see cref="PingTypes"/>; empty for icmp4.</summary>
    public string Type { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Milliseconds between two requests of a pair, from 10 on; 0 for 1000. The requests of all pairs are spread over it.</summary>
    public long Interval { get; init; }

    /// <summary>How many requests each pair sends; 0 for no end.</summary>
    public long Count { get; init; }

    /// <summary>How many bytes follow the ICMP header; null for 56.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PayloadSize { get; init; }

    /// <summary>Milliseconds after which a request without a reply is lost, up to 60,000; 0 for 2000.</summary>
    public long Timeout { get; init; }

    /// <summary>Milliseconds that a sample of history covers, from 1000 on; 0 for 10,000.</summary>
    public long SamplePeriod { get; init; }

    /// <summary>Time to live, or hop limit; 0 for 64.</summary>
    public byte TTL { get; init; }

    /// <summary>When it was ordered.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary>One of <see cref="PingMeshStates"/>; only in answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? State { get; init; }

    /// <summary>What is wrong with the whole of it, such as a selection that grew too large; only in answers, null when nothing is.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>How many pairs there are; only in answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? PairCount { get; init; }

    /// <summary>How many pairs have answered their last request; only in answers about now.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? UpCount { get; init; }

    /// <summary>All pairs together; only in answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public PingStatistics? Statistics { get; init; }

    /// <summary>The pairs by name of their source, then of their destination; only in the answer to a question for one mesh.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<PingPair>? Pairs { get; init; }
}
