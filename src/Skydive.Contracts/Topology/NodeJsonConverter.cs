using System.Text.Json;
using System.Text.Json.Serialization;

namespace Skydive.Contracts.Topology;

/// <summary>Reads and writes a <see cref="Node"/> as Skydive's JSON.</summary>
public sealed class NodeJsonConverter : JsonConverter<Node>
{
    /// <summary>Null is refused like everything else that is no object, rather than left in a list.</summary>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override Node Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Node.Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Node value, JsonSerializerOptions options)
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
