using System.Text.Json;
using System.Text.Json.Serialization;

namespace Skydive.Contracts.Topology;

/// <summary>Reads and writes an <see cref="Edge"/> as Skydive's JSON.</summary>
public sealed class EdgeJsonConverter : JsonConverter<Edge>
{
    /// <summary>Null is refused like everything else that is no object, rather than left in a list.</summary>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override Edge Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Edge.Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Edge value, JsonSerializerOptions options)
    {
        if (value is null)
        {
            writer.WriteNullValue();
        }
        else
        {
            value.WriteTo(writer);
        }
    }
}
