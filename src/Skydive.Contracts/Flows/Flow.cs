using System.Text.Json.Serialization;
using Skydive.Contracts.Flows.Layers;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Flows;

/// <summary>
/// One conversation seen at one capture point. Immutable. Absent layers are null and left out of the JSON. Times are milliseconds since
/// 1970-01-01 UTC.
/// </summary>
public sealed record Flow : IFieldSource
{
    /// <summary>Identity of this flow at this capture point: hexadecimal without leading zeros.</summary>
    public required string UUID { get; init; }

    /// <summary>Names of the decoded layers joined by '/', such as <c>Ethernet/IPv4/TCP</c>.</summary>
    public required string LayersPath { get; init; }

    /// <summary>Last layer of the path, or the name configured for its port.</summary>
    public required string Application { get; init; }

    /// <summary>MAC addresses and VLANs.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FlowLayer? Link { get; init; }

    /// <summary>IP addresses and tunnel identifier.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FlowLayer? Network { get; init; }

    /// <summary>Ports.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FlowTransport? Transport { get; init; }

    /// <summary>ICMP type, code and identifier.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FlowIcmp? ICMP { get; init; }

    /// <summary>The last DHCP message, when asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DhcpV4Layer? DHCPv4 { get; init; }

    /// <summary>The last DNS message, when asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public DnsLayer? DNS { get; init; }

    /// <summary>The last VRRP version 2 advertisement, when asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public VrrpV2Layer? VRRPv2 { get; init; }

    /// <summary>Counters of the last update window; null before the first update.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FlowMetric? LastUpdateMetric { get; init; }

    /// <summary>Counters since the flow's start.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FlowMetric? Metric { get; init; }

    /// <summary>TCP details, when asked for.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public TcpMetric? TCPMetric { get; init; }

    /// <summary>What became of fragments, when they are put together; null for flows without IP.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IpMetric? IPMetric { get; init; }

    /// <summary>When the first packet was seen.</summary>
    public required long Start { get; init; }

    /// <summary>When the last packet was seen.</summary>
    public required long Last { get; init; }

    /// <summary>The same at every capture point that sees the same MAC addresses: hexadecimal without leading zeros.</summary>
    public string TrackingID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>The same at every capture point, whatever the MAC addresses: hexadecimal without leading zeros.</summary>
    public string L3TrackingID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>UUID of the flow of the tunnel around this one; empty for the outermost.</summary>
    public string ParentUUID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Topology identifier of the node where it was captured.</summary>
    public string NodeTID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Topology identifier of the interface at end A, by its IP and MAC address; null when the topology does not know it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ANodeTID { get; init; }

    /// <summary>Topology identifier of the interface at end B, by its IP and MAC address; null when the topology does not know it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? BNodeTID { get; init; }

    /// <summary>The process at end A of a TCP or UDP flow; null when it is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FlowSocket? SocketA { get; init; }

    /// <summary>The process at end B of a TCP or UDP flow; null when it is not known.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public FlowSocket? SocketB { get; init; }

    /// <summary>Identifier of the capture; empty for flows read from a file.</summary>
    public string CaptureID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>How many of its packets were kept.</summary>
    public long RawPacketsCaptured { get; init; }

    /// <summary>How the flow ended; left out of the JSON while it has not.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public FinishType FinishType { get; init; }

    /// <summary>
    /// Finds a field by its JSON name, with dots for nested ones. <c>Link</c>, <c>Network</c> and <c>Transport</c> alone give both ends;
    /// protocol names (<c>ETHERNET.A</c>, <c>IPV4.B</c>, <c>TCP.A</c> …) work when the protocol is the flow's.
    /// </summary>
    /// <param name="path">The field's name.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when the flow has no such field.</returns>
    public bool TryGetField(FieldPath path, out MetadataValue value)
    {
        value = FlowFields.Get(this, path.Text);
        return !value.IsNull;
    }
}
