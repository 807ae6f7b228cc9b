using System.Text.Json;
using System.Text.Json.Serialization;
using Skydive.Contracts.Flows;

namespace Skydive.Contracts.Captures;

/// <summary>
/// A standing order to collect flows on the nodes that a Gremlin expression selects, now and later. Names and order of members are
/// Skydive's.
/// </summary>
public sealed record Capture
{
    /// <summary>Selects the nodes.</summary>
    public required string GremlinQuery { get; init => field = value ?? throw new JsonException("GremlinQuery of a capture is null"); }

    /// <summary>Packet filter in libpcap's syntax; empty for all packets.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BPFFilter { get; init; }

    /// <summary>A name for people.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Name { get; init; }

    /// <summary>A description for people.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Description { get; init; }

    /// <summary>How packets are taken, such as <c>afpacket</c>; null for what suits the node.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Type { get; init; }

    /// <summary>On how many nodes the capture is active; filled in answers.</summary>
    public int Count { get; init; }

    /// <summary>Listening port of a collector.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Port { get; init; }

    /// <summary>One of this many packets is sampled, for types that sample.</summary>
    public uint SamplingRate { get; init; }

    /// <summary>Seconds between two readings of counters, for types that poll.</summary>
    public uint PollingInterval { get; init; }

    /// <summary>How many packets of each flow are kept; 0 for none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int RawPacketLimit { get; init; }

    /// <summary>How many bytes of each packet are looked at; 0 for the default.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int HeaderSize { get; init; }

    /// <summary>Whether TCP details are kept.</summary>
    public bool ExtraTCPMetric { get; init; }

    /// <summary>Whether IPv4 fragments are put together.</summary>
    public bool IPDefrag { get; init; }

    /// <summary>Whether TCP segments are put in order.</summary>
    public bool ReassembleTCP { get; init; }

    /// <summary>What tells two flows apart; empty text in JSON is L2.</summary>
    [JsonConverter(typeof(LayerKeyModeJsonConverter))]
    public LayerKeyMode LayerKeyMode { get; init; }

    /// <summary>Bit mask of further layers to decode: VRRP 1, DNS 2, DHCPv4 4.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int ExtraLayers { get; init; }

    /// <summary>Where flows are exported to, as address:port.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Target { get; init; }

    /// <summary>Protocol of the export.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TargetType { get; init; }

    /// <summary>Identifier; assigned by the service.</summary>
    public string UUID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The path of the node by which the first versions of Skydive named it, when the capture was made with it; see GremlinQuery.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProbePath { get; init; }

    /// <summary>What became of packets and flows at all its nodes together; only in answers to who asks for captures.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CaptureStatistics? Statistics { get; init; }
}
