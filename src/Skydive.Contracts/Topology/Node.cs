using System.Text.Json;
using System.Text.Json.Serialization;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Topology;

/// <summary>One revision of a node: a host, an interface, a namespace, a bridge …</summary>
[JsonConverter(typeof(NodeJsonConverter))]
public sealed class Node : GraphElement
{
    /// <summary>The Name in its metadata; empty when there is none.</summary>
    [JsonIgnore]
    public string Name => GetText("Name") ?? string.Empty;

    /// <summary>The Type in its metadata; empty when there is none.</summary>
    [JsonIgnore]
    public string Type => GetText("Type") ?? string.Empty;

    /// <summary>The topology identifier, which stays the same when an agent restarts; null until it is known.</summary>
    [JsonIgnore]
    public string? TID => GetText("TID");

    /// <summary>Where a graph keeps the node; meaningless outside that graph.</summary>
    internal int Slot { get; set; } = -1;

    /// <summary>Reads a node from Skydive's JSON.</summary>
    /// <param name="reader">A reader on the object's first token.</param>
    /// <exception cref="JsonException">The JSON is not a node.</exception>
    public static Node Read(ref Utf8JsonReader reader) => Read(ref reader, default);

    /// <summary>Reads a node that comes from somewhere else.</summary>
    internal static Node Read(ref Utf8JsonReader reader, in ElementDefaults defaults)
    {
        var members = ReadMembers(ref reader, defaults);
        defaults.Ids?.Add(members.Id!);
        return new()
        {
            Id = members.Id!,
            Metadata = members.Metadata,
            Host = members.Host,
            Origin = members.Origin,
            CreatedAt = members.CreatedAt,
            UpdatedAt = members.UpdatedAt,
            DeletedAt = members.DeletedAt,
            Revision = members.Revision,
        };
    }

    /// <summary>A copy with some members replaced; those not given stay as they are, but for the deletion time and archive time.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="updatedAt">The time of the new revision.</param>
    /// <param name="revision">The new revision.</param>
    /// <param name="origin">The origin.</param>
    /// <param name="deletedAt">When it went away.</param>
    /// <param name="archivedAt">When the revision ended.</param>
    public Node With(
        MetadataMap? metadata = null, long? updatedAt = null, long? revision = null, string? origin = null, long? deletedAt = null, long? archivedAt = null) => new()
        {
            Id = Id,
            Metadata = metadata ?? Metadata,
            Host = Host,
            Origin = origin ?? Origin,
            CreatedAt = CreatedAt,
            UpdatedAt = updatedAt ?? UpdatedAt,
            Revision = revision ?? Revision,
            DeletedAt = deletedAt,
            ArchivedAt = archivedAt,
            Slot = Slot,
        };

    /// <summary>The node itself, now kept by a graph, which must be the only one to hold it.</summary>
    internal Node Adopt(int slot)
    {
        Slot = slot;
        return this;
    }

    internal Node WithSlot(int slot) => new()
    {
        Id = Id,
        Metadata = Metadata,
        Host = Host,
        Origin = Origin,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        Revision = Revision,
        DeletedAt = DeletedAt,
        ArchivedAt = ArchivedAt,
        Slot = slot,
    };

    private protected override void WriteMembers(Utf8JsonWriter writer)
    {
    }
}
