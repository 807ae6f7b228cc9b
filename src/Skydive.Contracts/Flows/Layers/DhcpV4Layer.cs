using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows.Layers;

/// <summary>
/// The fixed fields of the last DHCP message of a flow, RFC 2131. Names of the JSON are those of Skydive's; members that are 0 or absent are
/// left out of it; bytes are base64.
/// </summary>
public sealed record DhcpV4Layer
{
    /// <summary>The header's bytes; filled by other sources of flows than packets.</summary>
    [JsonPropertyName("contents")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Contents { get; init; }

    /// <summary>The bytes behind the header; filled by other sources of flows than packets.</summary>
    [JsonPropertyName("payload")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? Payload { get; init; }

    /// <summary>The length of a hardware address (hlen).</summary>
    [JsonPropertyName("hardware_len")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int HardwareLen { get; init; }

    /// <summary>How many relay agents it has passed (hops).</summary>
    [JsonPropertyName("hardware_opts")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int HardwareOpts { get; init; }

    /// <summary>The identifier that the messages of one exchange share.</summary>
    [JsonPropertyName("xid")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public long Xid { get; init; }

    /// <summary>Seconds since the client began.</summary>
    [JsonPropertyName("secs")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Secs { get; init; }

    /// <summary>The flags: 0x8000 asks for a broadcast.</summary>
    [JsonPropertyName("flags")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public int Flags { get; init; }

    /// <summary>The server's name: 64 bytes, padded with zeros.</summary>
    [JsonPropertyName("server_name")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? ServerName { get; init; }

    /// <summary>The boot file's name: 128 bytes, padded with zeros.</summary>
    [JsonPropertyName("file")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public byte[]? File { get; init; }

    /// <summary>Whether two messages say the same.</summary>
    /// <param name="other">The other.</param>
    public bool Equals(DhcpV4Layer? other) => other is not null
        && (HardwareLen, HardwareOpts, Xid, Secs, Flags) == (other.HardwareLen, other.HardwareOpts, other.Xid, other.Secs, other.Flags)
        && ListEquality.AreEqual(Contents, other.Contents)
        && ListEquality.AreEqual(Payload, other.Payload)
        && ListEquality.AreEqual(ServerName, other.ServerName)
        && ListEquality.AreEqual(File, other.File);

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Xid, Secs, Flags);
}
