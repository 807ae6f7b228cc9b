using System.Text.Json;
using System.Text.Json.Serialization;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Topology;

/// <summary>
/// Reads and writes a <see cref="PartialUpdate"/>. By hand: hosts tell of thousands of changes in a second, and generated code takes many times the memory of what
/// it reads.
/// </summary>
public sealed class PartialUpdateJsonConverter : JsonConverter<PartialUpdate>
{
    /// <inheritdoc/>
    public override PartialUpdate Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, PartialUpdate value, JsonSerializerOptions options) => Write(writer, value);

    internal static PartialUpdate Read(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("a partial update must be a JSON object");
        }

        string? id = null;
        long? updatedAt = null;
        long? revision = null;
        List<MetadataOperation>? operations = null;
        bool isTransient = false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = StringCache.Keys.Read(ref reader);
            reader.Read();
            switch (name)
            {
                case nameof(PartialUpdate.ID):
                    id = reader.TokenType == JsonTokenType.String ? StringCache.ReadText(ref reader) : throw Unexpected(name, "text");
                    break;
                case nameof(PartialUpdate.UpdatedAt):
                    updatedAt = Integer(ref reader, name);
                    break;
                case nameof(PartialUpdate.Revision):
                    revision = Integer(ref reader, name);
                    break;
                case nameof(PartialUpdate.Ops):
                    operations = ReadOperations(ref reader);
                    break;
                case nameof(PartialUpdate.Transient):
                    isTransient = reader.TokenType switch
                    {
                        JsonTokenType.True => true,
                        JsonTokenType.False => false,
                        _ => throw Unexpected(name, "true or false"),
                    };
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new()
        {
            ID = id ?? throw Missing(nameof(PartialUpdate.ID)),
            UpdatedAt = updatedAt ?? throw Missing(nameof(PartialUpdate.UpdatedAt)),
            Revision = revision ?? throw Missing(nameof(PartialUpdate.Revision)),
            Ops = operations ?? throw Missing(nameof(PartialUpdate.Ops)),
            Transient = isTransient,
        };
    }

    internal static void Write(Utf8JsonWriter writer, PartialUpdate update)
    {
        writer.WriteStartObject();
        writer.WriteString("ID"u8, update.ID);
        writer.WriteNumber("UpdatedAt"u8, update.UpdatedAt);
        writer.WriteNumber("Revision"u8, update.Revision);
        writer.WriteStartArray("Ops"u8);
        foreach (var operation in update.Ops)
        {
            writer.WriteStartObject();
            writer.WriteNumber("Type"u8, operation.Type);
            writer.WriteString("Key"u8, operation.Key);
            writer.WritePropertyName("Value"u8);
            MetadataJson.Write(writer, operation.Value);
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        if (update.Transient)
        {
            writer.WriteBoolean("Transient"u8, true);
        }

        writer.WriteEndObject();
    }

    private static List<MetadataOperation> ReadOperations(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartArray)
        {
            throw Unexpected(nameof(PartialUpdate.Ops), "a list");
        }

        var operations = new List<MetadataOperation>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            operations.Add(ReadOperation(ref reader));
        }

        return operations;
    }

    private static MetadataOperation ReadOperation(ref Utf8JsonReader reader)
    {
        if (reader.TokenType != JsonTokenType.StartObject)
        {
            throw new JsonException("a metadata operation must be a JSON object");
        }

        long? type = null;
        string? key = null;
        MetadataValue value = default;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            string name = StringCache.Keys.Read(ref reader);
            reader.Read();
            switch (name)
            {
                case nameof(MetadataOperation.Type):
                    type = Integer(ref reader, name);
                    break;
                case nameof(MetadataOperation.Key):
                    key = reader.TokenType == JsonTokenType.String ? StringCache.Keys.Read(ref reader) : throw Unexpected(name, "text");
                    break;
                case nameof(MetadataOperation.Value):
                    value = MetadataJson.Read(ref reader);
                    break;
                default:
                    reader.Skip();
                    break;
            }
        }

        return new()
        {
            // Which types there are is looked at when it is applied.
            Type = type is >= int.MinValue and <= int.MaxValue ? (int)type : throw Missing(nameof(MetadataOperation.Type)),
            Key = key ?? throw Missing(nameof(MetadataOperation.Key)),
            Value = value,
        };
    }

    private static long Integer(ref Utf8JsonReader reader, string name) =>
        reader.TokenType == JsonTokenType.Number && reader.TryGetInt64(out long number) ? number : throw Unexpected(name, "an integer");

    private static JsonException Unexpected(string name, string expected) => new($"{name} of a partial update must be {expected}");

    private static JsonException Missing(string name) => new($"a partial update needs {name}");
}
