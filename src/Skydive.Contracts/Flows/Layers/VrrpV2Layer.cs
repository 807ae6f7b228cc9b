using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows.Layers;

/// <summary>
/// The last VRRP version 2 advertisement of a flow, RFC 3768. Names of the JSON are those of Skydive's; members that are 0 or absent are left
/// out of it; bytes are base64.
/// </summary>
public sealed record VrrpV2Layer
{
    /// <summary>The header's bytes; filled by other sources of flows than packets.</summary>
    [JsonPropertyName("contents")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Contents { get; init; }

    /// <summary>The bytes behind the header; filled by other sources of flows than packets.</summary>
    [JsonPropertyName("payload")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Payload { get; init; }

    /// <summary>The version of the protocol, 2.</summary>
    [JsonPropertyName("version")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Version { get; init; }

    /// <summary>The virtual router, 1 to 255.</summary>
    [JsonPropertyName("virtual_rtrID")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int VirtualRtrID { get; init; }

    /// <summary>The sender's priority: 255 owns the addresses, 0 resigns.</summary>
    [JsonPropertyName("priority")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Priority { get; init; }

    /// <summary>How many addresses the virtual router has.</summary>
    [JsonPropertyName("count_ipaddr")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int CountIpaddr { get; init; }

    /// <summary>Seconds between advertisements.</summary>
    [JsonPropertyName("adver_int")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int AdverInt { get; init; }

    /// <summary>The checksum as it was sent.</summary>
    [JsonPropertyName("checksum")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Checksum { get; init; }

    /// <summary>Whether two advertisements say the same.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(VrrpV2Layer? other) => other is not null
        && (Version, VirtualRtrID, Priority, CountIpaddr, AdverInt, Checksum)
            == (other.Version, other.VirtualRtrID, other.Priority, other.CountIpaddr, other.AdverInt, other.Checksum)
        && ListEquality.AreEqual(Contents, other.Contents)
        && ListEquality.AreEqual(Payload, other.Payload);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(VirtualRtrID, Priority, Checksum);
}
