using System.Buffers;
using System.Text.Json;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Topology;

/// <summary>
/// One revision of a node or an edge. Immutable: a change makes a new object with the next <see cref="Revision"/>.
/// Times are milliseconds since 1970-01-01 UTC.
/// </summary>
public abstract class GraphElement : IFieldSource
{
    private static readonly SearchValues<char> s_uuidCharacters = SearchValues.Create("0123456789abcdef-");

    // 0 for null: a graph holds hundreds of thousands of elements.
    private readonly long _deletedAt;
    private readonly long _archivedAt;
    private readonly object _id = string.Empty;
    private MetadataMap _metadata = MetadataMap.Empty;

    private protected GraphElement()
    {
    }

    /// <summary>Unique among nodes, or among edges.</summary>
    /// <remarks>
    /// An edge keeps one that is a UUID as its 16 bytes, a third of what the text takes: there are several edges for each node, and they are seldom asked
    /// for it. Reading it makes the text.
    /// </remarks>
    public required string Id
    {
        get => _id as string ?? ((Guid)_id).ToString();
        init => _id = this is Edge && TryCompact(value) is { } guid ? guid : value;
    }

    /// <summary>What is known of the element.</summary>
    public required MetadataMap Metadata
    {
        get => _metadata;
        init => _metadata = value;
    }

    /// <summary>Identity of the host that reported the element.</summary>
    public string Host { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Who reported it: <c>serviceType.hostID</c>, for example <c>agent.host1</c>.</summary>
    public string Origin { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>When the element appeared.</summary>
    public required long CreatedAt { get; init; }

    /// <summary>When this revision was made.</summary>
    public required long UpdatedAt { get; init; }

    /// <summary>When the element went away; null, as which 0 is taken too, while it is alive.</summary>
    public long? DeletedAt
    {
        get => _deletedAt == 0 ? null : _deletedAt;
        init => _deletedAt = value ?? 0;
    }

    /// <summary>1 for a new element, one more for each change.</summary>
    public long Revision { get; init; } = 1;

    /// <summary>
    /// When this revision was followed by another or ended by deletion; null while it is the newest. Known of past revisions only, and not
    /// part of the JSON.
    /// </summary>
    public long? ArchivedAt
    {
        get => _archivedAt == 0 ? null : _archivedAt;
        init => _archivedAt = value ?? 0;
    }

    /// <inheritdoc/>
    public virtual bool TryGetField(FieldPath path, out MetadataValue value)
    {
        if (path.Text.Length > 0 && path.Text[0] == '@')
        {
            value = path.Text switch
            {
                "@ID" => Id,
                "@Host" => Host,
                "@Origin" => Origin,
                "@CreatedAt" => CreatedAt,
                "@UpdatedAt" => UpdatedAt,
                "@DeletedAt" => DeletedAt ?? MetadataValue.Null,
                "@Revision" => Revision,
                _ => default,
            };
            return !value.IsNull;
        }

        return Metadata.TryGetPath(path, out value);
    }

    /// <summary>The text at a metadata key; null when there is none or it is no text.</summary>
    /// <param name="key">The key, without dots.</param>
    public string? GetText(string key) => Metadata[key].AsString;

    /// <summary>Writes the element as Skydive's JSON.</summary>
    /// <param name="writer">Where to.</param>
    public void WriteTo(Utf8JsonWriter writer)
    {
        writer.WriteStartObject();
        if (_id is Guid guid)
        {
            writer.WriteString("ID"u8, guid);
        }
        else
        {
            writer.WriteString("ID"u8, (string)_id);
        }

        writer.WritePropertyName("Metadata"u8);
        MetadataJson.Write(writer, Metadata);
        writer.WriteString("Host"u8, Host);
        writer.WriteString("Origin"u8, Origin);
        writer.WriteNumber("CreatedAt"u8, CreatedAt);
        writer.WriteNumber("UpdatedAt"u8, UpdatedAt);
        if (DeletedAt is { } deletedAt)
        {
            writer.WriteNumber("DeletedAt"u8, deletedAt);
        }
        else
        {
            writer.WriteNull("DeletedAt"u8);
        }

        writer.WriteNumber("Revision"u8, Revision);
        WriteMembers(writer);
        writer.WriteEndObject();
    }

    /// <inheritdoc/>
    public override string ToString() => $"{GetText("Name") ?? GetText("RelationType")} ({Id}, revision {Revision})";

    /// <summary>Puts an equal map in the place of the metadata.</summary>
    private protected void ShareMetadata(MetadataMap metadata) => _metadata = metadata;

    private protected abstract void WriteMembers(Utf8JsonWriter writer);

    /// <summary>Reads the members that nodes and edges share, and those of edges, from a JSON object.</summary>
    /// <exception cref="JsonException">The object is not an element: no identifier, or a member of a wrong type.</exception>
    private protected static ElementMembers ReadMembers(ref Utf8JsonReader reader, in ElementDefaults defaults)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("a node or edge must be a JSON object");
        }

        var members = new ElementMembers { Metadata = MetadataMap.Empty, Host = string.Empty, Origin = string.Empty, Revision = 1 };
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string? name = MemberOf(ref reader);
            reader.Read();
            switch (name)
            {
                case "ID":
                    members.Id = Text(ref reader, name);
                    break;
                case "Metadata":
                    members.Metadata = reader.TokenType == JsonTokenType.Null ? MetadataMap.Empty : MetadataJson.ReadMap(ref reader);
                    break;
                case "Host":
                    members.Host = SharedText(ref reader, name) ?? string.Empty;
                    break;
                case "Origin":
                    members.Origin = SharedText(ref reader, name) ?? string.Empty;
                    break;
                case "CreatedAt":
                    members.CreatedAt = Number(ref reader, name) ?? 0;
                    break;
                case "UpdatedAt":
                    members.UpdatedAt = Number(ref reader, name) ?? 0;
                    break;
                case "DeletedAt":
                    members.DeletedAt = Number(ref reader, name);
                    break;
                case "Revision":
                    members.Revision = Number(ref reader, name) ?? 1;
                    break;
                case "Parent":
                    members.Parent = KnownText(ref reader, name, defaults.Ids);
                    break;
                case "Child":
                    members.Child = KnownText(ref reader, name, defaults.Ids);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        if (string.IsNullOrEmpty(members.Id))
        {
            throw new JsonException("no ID found for a node or edge");
        }

        if (defaults.Now is { } now)
        {
            members.CreatedAt = members.CreatedAt > 0 ? members.CreatedAt : members.UpdatedAt > 0 ? members.UpdatedAt : now;
            members.UpdatedAt = Math.Max(members.UpdatedAt, members.CreatedAt);
            members.Revision = Math.Max(members.Revision, 1);
        }

        members.Origin = defaults.Origin ?? members.Origin;
        return members;
    }

    // The UUID that a text is, in just the spelling in which it is written again; null when it is none.
    private static object? TryCompact(string id) =>
        id is { Length: 36 } && !id.AsSpan().ContainsAnyExcept(s_uuidCharacters) && Guid.TryParseExact(id, "D", out var guid) ? guid : null;

    // The name of the member on which the reader stands; null when it is none of an element. By length first: a graph has millions of them.
    private static string? MemberOf(ref Utf8JsonReader reader)
    {
        if (reader.ValueIsEscaped || reader.HasValueSequence)
        {
            return StringCache.ReadText(ref reader);
        }

        var name = reader.ValueSpan;
        return name.Length switch
        {
            2 when name.SequenceEqual("ID"u8) => "ID",
            4 when name.SequenceEqual("Host"u8) => "Host",
            5 when name.SequenceEqual("Child"u8) => "Child",
            6 when name.SequenceEqual("Origin"u8) => "Origin",
            6 when name.SequenceEqual("Parent"u8) => "Parent",
            8 when name.SequenceEqual("Metadata"u8) => "Metadata",
            8 when name.SequenceEqual("Revision"u8) => "Revision",
            9 when name.SequenceEqual("CreatedAt"u8) => "CreatedAt",
            9 when name.SequenceEqual("UpdatedAt"u8) => "UpdatedAt",
            9 when name.SequenceEqual("DeletedAt"u8) => "DeletedAt",
            _ => null,
        };
    }

    private static string? Text(ref Utf8JsonReader reader, string name) => reader.TokenType switch
    {
        JsonTokenType.String => StringCache.ReadText(ref reader),
        JsonTokenType.Null => null,
        _ => throw new JsonException($"{name} of a node or edge must be text"),
    };

    private static string? KnownText(ref Utf8JsonReader reader, string name, StringCache? known) =>
        known is not null && reader.TokenType == JsonTokenType.String ? known.ReadKnown(ref reader) : Text(ref reader, name);

    // For what thousands of elements have in common.
    private static string? SharedText(ref Utf8JsonReader reader, string name) =>
        reader.TokenType == JsonTokenType.String ? StringCache.Origins.Read(ref reader) : Text(ref reader, name);

    private static long? Number(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return null;
        }

        if (reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long integer))
        {
            return integer;
        }

        // Clients in languages with one kind of number write 1.6e12.
        return reader.TokenType == JsonTokenType.Number && MetadataJson.Read(ref reader).TryGetInteger(out long number)
            ? number
            : throw new JsonException($"{name} of a node or edge must be an integer");
    }

    /// <summary>What a JSON element may hold, before it is known to be valid.</summary>
    private protected struct ElementMembers
    {
        public string? Id;
        public MetadataMap Metadata;
        public string Host;
        public string Origin;
        public long CreatedAt;
        public long UpdatedAt;
        public long? DeletedAt;
        public long Revision;
        public string? Parent;
        public string? Child;
    }
}
