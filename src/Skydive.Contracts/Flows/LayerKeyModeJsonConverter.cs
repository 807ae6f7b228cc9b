using System.Text.Json;
using System.Text.Json.Serialization;

namespace Skydive.Contracts.Flows;

/// <summary>Reads and writes a <see cref="LayerKeyMode"/> as <c>L2</c> or <c>L3</c>; reading takes null and empty text as L2.</summary>
public sealed class LayerKeyModeJsonConverter : JsonConverter<LayerKeyMode>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override LayerKeyMode Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.Null)
        {
            return LayerKeyMode.L2;
        }

        if (reader.TokenType == JsonTokenType.String)
        {
            if (reader.ValueTextEquals("L2"u8) || reader.ValueTextEquals(default(ReadOnlySpan<byte>)))
            {
                return LayerKeyMode.L2;
            }

            if (reader.ValueTextEquals("L3"u8))
            {
                return LayerKeyMode.L3;
            }
        }

        throw new JsonException("LayerKeyMode must be \"L2\" or \"L3\"");
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, LayerKeyMode value, JsonSerializerOptions options) =>
        writer.WriteStringValue(value == LayerKeyMode.L3 ? "L3"u8 : "L2"u8);
}
