using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace Skydive.Contracts.Metadata;

/// <summary>
/// Metadata as JSON. Reading normalises as Skydive does: numbers without fraction become integers, keys with dots become nested maps.
/// </summary>
public static class MetadataJson
{
    /// <summary>
    /// How deep metadata may be nested, keys with dots included; deeper input is refused with a <see cref="JsonException"/>. Small enough for
    /// an element inside a message to stay within the 64 levels that JSON readers take.
    /// </summary>
    public const int MaximumDepth = 48;

    /// <summary>
    /// Writer options of every JSON that the service writes: compact, text beyond ASCII as it is, half surrogate pairs as U+FFFD.
    /// </summary>
    public static readonly JsonWriterOptions WriterOptions = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes a value.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="value">The value.</param>
    public static void Write(Utf8JsonWriter writer, MetadataValue value)
    {
        switch (value.Kind)
        {
            case MetadataKind.Null:
                writer.WriteNullValue();
                break;
            case MetadataKind.Boolean:
                value.TryGetBoolean(out bool truth);
                writer.WriteBooleanValue(truth);
                break;
            case MetadataKind.Integer:
                value.TryGetInteger(out long integer);
                writer.WriteNumberValue(integer);
                break;
            case MetadataKind.Double:
                value.TryGetDouble(out double number);
                if (double.IsFinite(number))
                {
                    writer.WriteNumberValue(number);
                }
                else
                {
                    // JSON has no word for it, and a probe's odd number must not break a whole answer.
                    writer.WriteNullValue();
                }

                break;
            case MetadataKind.String:
                writer.WriteStringValue(value.AsString);
                break;
            case MetadataKind.List:
                writer.WriteStartArray();
                foreach (var element in value.Elements)
                {
                    Write(writer, element);
                }

                writer.WriteEndArray();
                break;
            default:
                Write(writer, value.AsMap!);
                break;
        }
    }

    /// <summary>Writes a map as a JSON object, keys in ordinal order.</summary>
    /// <param name="writer">Where to.</param>
    /// <param name="map">The map.</param>
    public static void Write(Utf8JsonWriter writer, MetadataMap map)
    {
        writer.WriteStartObject();
        var keys = map.KeySpan;
        var values = map.ValueSpan;
        for (int i = 0; i < keys.Length; i++)
        {
            writer.WritePropertyName(keys[i]);
            Write(writer, values[i]);
        }

        writer.WriteEndObject();
    }

    /// <summary>Reads the value at which the reader stands (its first token has been read) and leaves the reader on its last token.</summary>
    /// <param name="reader">The reader.</param>
    /// <exception cref="JsonException">The text is no JSON, or nested too deeply.</exception>
    public static MetadataValue Read(ref Utf8JsonReader reader) => Read(ref reader, 0);

    /// <summary>Reads a JSON object.</summary>
    /// <param name="reader">A reader that stands on the object's first token.</param>
    /// <exception cref="JsonException">The value is no object, no JSON, or nested too deeply.</exception>
    public static MetadataMap ReadMap(ref Utf8JsonReader reader) =>
        reader.TokenType == JsonTokenType.StartObject ? ReadMap(ref reader, 0) : throw new JsonException("metadata must be a JSON object");

    /// <summary>The value of a JSON element.</summary>
    /// <param name="element">The element.</param>
    /// <exception cref="JsonException">A text in it is no valid UTF-8, or it is nested too deeply.</exception>
    public static MetadataValue FromElement(JsonElement element)
    {
        try
        {
            return FromElement(element, 0);
        }
        catch (InvalidOperationException e)
        {
            throw new JsonException("text is no valid UTF-8, or has half a surrogate pair", e);
        }
    }

    /// <summary>Reads a value from JSON text.</summary>
    /// <param name="json">The text.</param>
    /// <exception cref="JsonException">The text is no JSON, or nested too deeply.</exception>
    public static MetadataValue Parse(string json)
    {
        var reader = new Utf8JsonReader(Encoding.UTF8.GetBytes(json));
        reader.Read();
        var value = Read(ref reader);

        // Throws when anything but white space follows.
        reader.Read();
        return value;
    }

    /// <summary>The value as compact JSON text.</summary>
    /// <param name="value">The value.</param>
    public static string ToJson(MetadataValue value)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, WriterOptions))
        {
            Write(writer, value);
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    private static MetadataValue FromElement(JsonElement element, int depth)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object:
                CheckDepth(depth);
                var builder = new MetadataBuilder();
                foreach (var property in element.EnumerateObject())
                {
                    string key = StringCache.Keys.Share(property.Name);
                    int innerDepth = DepthBelow(key, depth);
                    builder.Set(key, FromElement(property.Value, innerDepth));
                }

                return builder.Build();
            case JsonValueKind.Array:
                CheckDepth(depth);
                var elements = new MetadataValue[element.GetArrayLength()];
                int i = 0;
                foreach (var inner in element.EnumerateArray())
                {
                    elements[i++] = FromElement(inner, depth + 1);
                }

                return MetadataValue.FromArray(elements);
            case JsonValueKind.String:
                return StringCache.Values.Share(element.GetString()!);
            case JsonValueKind.Number:
                return element.TryGetInt64(out long integer) ? integer : MetadataValue.FromDouble(element.GetDouble());
            case JsonValueKind.True:
                return true;
            case JsonValueKind.False:
                return false;
            default:
                return default;
        }
    }

    private static MetadataValue Read(ref Utf8JsonReader reader, int depth)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                return ReadMap(ref reader, depth);
            case JsonTokenType.StartArray:
                CheckDepth(depth);
                var list = new List<MetadataValue>();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                {
                    list.Add(Read(ref reader, depth + 1));
                }

                return MetadataValue.FromArray([.. list]);
            case JsonTokenType.String:
                return StringCache.Values.Read(ref reader);
            case JsonTokenType.Number:
                return reader.TryGetInt64(out long integer) ? integer : MetadataValue.FromDouble(reader.GetDouble());
            case JsonTokenType.True:
                return true;
            case JsonTokenType.False:
                return false;
            case JsonTokenType.Null:
                return default;
            default:
                throw new JsonException("metadata must be a JSON value");
        }
    }

    private static MetadataMap ReadMap(ref Utf8JsonReader reader, int depth)
    {
        CheckDepth(depth);
        var builder = new MetadataBuilder();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
        {
            string key = StringCache.Keys.Read(ref reader);
            int innerDepth = DepthBelow(key, depth);
            reader.Read();
            builder.Set(key, Read(ref reader, innerDepth));
        }

        return builder.Build();
    }

    // How deep the value of a key stands: its dots make maps too, and are checked before any of them is made.
    private static int DepthBelow(string key, int depth)
    {
        int inner = depth + 1 + key.AsSpan().Count('.');
        CheckDepth(inner - 1);
        return inner;
    }

    private static void CheckDepth(int depth)
    {
        if (depth >= MaximumDepth)
        {
            throw new JsonException($"metadata is nested deeper than {MaximumDepth} levels");
        }
    }
}
