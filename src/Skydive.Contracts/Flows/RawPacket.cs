using System.Text.Json;
using System.Text.Json.Serialization;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Flows;

/// <summary>A packet of a flow as it was captured.</summary>
public sealed record RawPacket : IFieldSource
{
    // What packets of Skydive are, which does not say.
    private const int EthernetLinkType = 1;

    /// <summary>When it was captured, in milliseconds since 1970-01-01 UTC.</summary>
    public required long Timestamp { get; init; }

    /// <summary>Its place among the packets of its flow that were kept, from 1.</summary>
    public required long Index { get; init; }

    /// <summary>Its bytes from the flow's outermost layer on, as far as they were captured; base64 in JSON.</summary>
    public required byte[] Data { get; init; }

    /// <summary>What the first bytes are: a LINKTYPE number of a pcap file header, such as 1 for Ethernet, 228 for IPv4, 229 for IPv6.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public required int LinkType { get; init; }

    /// <summary>Reads a packet as it stands in the answer to a query.</summary>
    /// <param name="entry">Its members by name.</param>
    /// <exception cref="JsonException">A member is missing or of another type.</exception>
    public static RawPacket FromMetadata(MetadataMap entry)
    {
        ArgumentNullException.ThrowIfNull(entry);
        try
        {
            return new()
            {
                Timestamp = Number(nameof(Timestamp)) ?? throw Missing(nameof(Timestamp)),
                Index = Number(nameof(Index)) ?? throw Missing(nameof(Index)),
                Data = Convert.FromBase64String(entry[nameof(Data)].AsString ?? throw Missing(nameof(Data))),
                LinkType = (int)(Number(nameof(LinkType)) ?? EthernetLinkType),
            };
        }
        catch (FormatException exception)
        {
            throw new JsonException("Data of a packet is no base64", exception);
        }

        long? Number(string name) => entry[name].TryGetInteger(out long number) ? number : null;
        static JsonException Missing(string name) => new($"{name} of a packet is missing");
    }

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
