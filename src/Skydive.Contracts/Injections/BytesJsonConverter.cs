using System.Text.Json;
using System.Text.Json.Serialization;

namespace Skydive.Contracts.Injections;

/// <summary>Bytes as base64, none as null: generated code alone writes an empty text for none.</summary>
public sealed class BytesJsonConverter : JsonConverter<byte[]>
{
    /// <inheritdoc/>
    public override byte[]? Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        reader.TokenType == JsonTokenType.Null ? null : reader.GetBytesFromBase64();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, byte[]? value, JsonSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            writer.WriteBase64StringValue(value);
        }
    }
}
