using System.Text.Json;
using System.Text.Json.Serialization;

namespace Skydive.Contracts.Topology;

/// <summary>Reads and writes a <see cref="Edge"/> as Skydive's JSON.</summary>
public sealed class EdgeJsonConverter : JsonConverter<Edge>
{
    /// <inheritdoc/>
    public override Edge Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => Edge.Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, Edge value, JsonSerializerOptions options) => value.WriteTo(writer);
}
