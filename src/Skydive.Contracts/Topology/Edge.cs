using System.Text.Json;
using System.Text.Json.Serialization;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Topology;

/// <summary>One revision of an edge, directed from its parent node to its child node.</summary>
[JsonConverter(typeof(EdgeJsonConverter))]
public sealed class Edge : GraphElement
{
    private string _parent = string.Empty;
    private string _child = string.Empty;

    /// <summary>Identifier of the node where the edge starts.</summary>
    public required string Parent
    {
        get => _parent;
        init => _parent = value;
    }

    /// <summary>Identifier of the node where the edge ends.</summary>
    public required string Child
    {
        get => _child;
        init => _child = value;
    }

    /// <summary>The RelationType in its metadata (ownership, layer2 …); empty when there is none.</summary>
    [JsonIgnore]
    public string RelationType => GetText("RelationType") ?? string.Empty;

    /// <summary>Where a graph keeps the edge; meaningless outside that graph.</summary>
    internal int Slot { get; set; } = -1;

    /// <summary>Where a graph keeps the parent; meaningless outside that graph.</summary>
    internal int ParentSlot { get; set; } = -1;

    /// <summary>Where a graph keeps the child; meaningless outside that graph.</summary>
    internal int ChildSlot { get; set; } = -1;

    /// <summary>Reads an edge from Skydive's JSON.</summary>
    /// <param name="reader">A reader on the object's first token.</param>
    /// <exception cref="JsonException">The JSON is not an edge, or its ends are missing.</exception>
    public static Edge Read(ref Utf8JsonReader reader) => Read(ref reader, default);

    /// <summary>Reads an edge that comes from somewhere else.</summary>
    internal static Edge Read(ref Utf8JsonReader reader, in ElementDefaults defaults)
    {
        var members = ReadMembers(ref reader, defaults);
        if (string.IsNullOrEmpty(members.Parent) || string.IsNullOrEmpty(members.Child))
        {
            throw new JsonException($"edge {members.Id} needs a Parent and a Child");
        }

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
            Parent = members.Parent,
            Child = members.Child,
        };
    }

    /// <inheritdoc/>
    public override bool TryGetField(FieldPath path, out MetadataValue value)
    {
        switch (path.Text)
        {
            case "Parent":
                value = Parent;
                return true;
            case "Child":
                value = Child;
                return true;
            default:
                return base.TryGetField(path, out value);
        }
    }

    /// <summary>A copy with some members replaced; those not given stay as they are, but for the deletion time and archive time.</summary>
    /// <param name="metadata">The metadata.</param>
    /// <param name="updatedAt">The time of the new revision.</param>
    /// <param name="revision">The new revision.</param>
    /// <param name="origin">The origin.</param>
    /// <param name="deletedAt">When it went away.</param>
    /// <param name="archivedAt">When the revision ended.</param>
    public Edge With(
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
            Parent = Parent,
            Child = Child,
            Slot = Slot,
            ParentSlot = ParentSlot,
            ChildSlot = ChildSlot,
        };

    /// <summary>
    /// The edge itself, now kept by a graph, which must be the only one to hold it, with the identifiers and metadata objects that the graph
    /// has already.
    /// </summary>
    internal Edge Adopt(int slot, int parentSlot, int childSlot, string parent, string child, MetadataMap metadata)
    {
        Slot = slot;
        ParentSlot = parentSlot;
        ChildSlot = childSlot;
        _parent = parent;
        _child = child;
        ShareMetadata(metadata);
        return this;
    }

    /// <summary>The edge as a graph keeps it, with the identifiers and metadata objects that it has already.</summary>
    internal Edge Placed(int slot, int parentSlot, int childSlot, string parent, string child, MetadataMap metadata) => new()
    {
        Id = Id,
        Metadata = metadata,
        Host = Host,
        Origin = Origin,
        CreatedAt = CreatedAt,
        UpdatedAt = UpdatedAt,
        Revision = Revision,
        DeletedAt = DeletedAt,
        ArchivedAt = ArchivedAt,
        Parent = parent,
        Child = child,
        Slot = slot,
        ParentSlot = parentSlot,
        ChildSlot = childSlot,
    };

    private protected override void WriteMembers(Utf8JsonWriter writer)
    {
        writer.WriteString("Parent"u8, Parent);
        writer.WriteString("Child"u8, Child);
    }
}
