using System.Text.Json.Serialization;

namespace Skydive.Contracts.Injections;

/// <summary>What became of an injection at one of the nodes that send.</summary>
public sealed record InjectionSource
{
    /// <summary>Topology identifier of the node.</summary>
    public string TID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Name of the node.</summary>
    public string Name { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Host of the node.</summary>
    public string Host { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The address that it sends from; empty for packets of a pcap file.</summary>
    public string SrcIP { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The address that it sends to; empty for packets of a pcap file.</summary>
    public string DstIP { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The MAC address that it sends to; empty where frames have none.</summary>
    public string DstMAC { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>One of <see cref="InjectionStates"/>.</summary>
    public string State { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>How many packets were sent.</summary>
    public long PacketCount { get; init; }

    /// <summary>Why no more were sent; null when nothing went wrong.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }
}
