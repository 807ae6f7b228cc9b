using System.Text.Json.Serialization;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Flows;

/// <summary>A packet of a flow as it was captured.</summary>
public sealed record RawPacket : IFieldSource
{
    /// <summary>When it was captured, in milliseconds since 1970-01-01 UTC.</summary>
    public required long Timestamp { get; init; }

    /// <summary>Its place among the packets of its flow that were kept, from 1.</summary>
    public required long Index { get; init; }

    /// <summary>Its bytes from the flow's outermost layer on, as far as they were captured; base64 in JSON.</summary>
    public required byte[] Data { get; init; }

    /// <summary>What the first bytes are: a LINKTYPE number of a pcap file header, such as 1 for Ethernet, 228 for IPv4, 229 for IPv6.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public required int LinkType { get; init; }

    /// <inheritdoc/>
    bool IFieldSource.TryGetField(FieldPath path, out MetadataValue value)
    {
        value = path.Text switch
        {
            nameof(Timestamp) => Timestamp,
            nameof(Index) => Index,
            nameof(LinkType) => LinkType,
            _ => default(MetadataValue),
        };
        return !value.IsNull;
    }
}
