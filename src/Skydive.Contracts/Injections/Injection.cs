using System.Text.Json.Serialization;

namespace Skydive.Contracts.Injections;

/// <summary>
/// An order to send packets from the nodes that a Gremlin expression selects. Names and order of the members up to UUID are Skydive's; those
/// after it are additions.
/// </summary>
public sealed record Injection
{
    /// <summary>How many packets one that does not say so has.</summary>
    public const long DefaultCount = 1;

    /// <summary>The time to live, or hop limit, of one that does not say so.</summary>
    public const byte DefaultTimeToLive = 64;

    /// <summary>How many letters the payload of one that does not say so has.</summary>
    public const int DefaultPayloadLength = 56;

    /// <summary>The least port of those at random: none that services of the system have.</summary>
    public const int FirstRandomPort = 1024;

    /// <summary>Selects the nodes that send: interfaces.</summary>
    public string Src { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Selects the node that the packets are for, of several the first; empty when DstIP and DstMAC are given.</summary>
    public string Dst { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The source address, also with a prefix length; empty for that of the source.</summary>
    public string SrcIP { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The destination address, also with a prefix length; empty for that of the destination.</summary>
    public string DstIP { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The source MAC address; empty for that of the source.</summary>
    public string SrcMAC { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The destination MAC address; empty for that of the next hop.</summary>
    public string DstMAC { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The source port; 0 for one at random from 1024 on.</summary>
    public ushort SrcPort { get; init; }

    /// <summary>The destination port; 0 for one at random from 1024 on.</summary>
    public ushort DstPort { get; init; }

    /// <summary>One of <see cref="InjectionTypes"/>; empty for icmp4.</summary>
    public string Type { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>What the packets carry, as text; empty for 56 letters at random.</summary>
    public string Payload { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The ICMP identifier; 0 for one at random.</summary>
    public ushort ICMPID { get; init; }

    /// <summary>How many packets each source sends; 0 for one, or the whole of Pcap.</summary>
    public long Count { get; init; }

    /// <summary>Milliseconds between two packets; 0 for as fast as the kernel takes them, or the times of Pcap.</summary>
    public long Interval { get; init; }

    /// <summary>One of <see cref="InjectionModes"/>; empty for unique.</summary>
    public string Mode { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>By how many bytes the payload grows from packet to packet.</summary>
    public int IncrementPayload { get; init; }

    /// <summary>When it was ordered.</summary>
    public DateTimeOffset StartTime { get; init; }

    /// <summary>A pcap file whose frames are sent as they are, over and over until Count; null for none, as is an empty one.</summary>
    [JsonConverter(typeof(BytesJsonConverter))]
    public byte[]? Pcap { get; init => field = value is { Length: > 0 } ? value : null; }

    /// <summary>Time to live, or hop limit; 0 for 64.</summary>
    public byte TTL { get; init; }

    /// <summary>Identifier; assigned by the service.</summary>
    public string UUID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>What the packets carry, as bytes (base64 in JSON), instead of <see cref="Payload"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? PayloadBytes { get; init; }

    /// <summary>One of <see cref="InjectionStates"/>: active while a source sends; only in answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? State { get; init; }

    /// <summary>How many packets all sources together have sent; only in answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? PacketCount { get; init; }

    /// <summary>What became of it at each node that sends; only in answers.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<InjectionSource>? Sources { get; init; }
}
