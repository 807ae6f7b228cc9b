using System.Text.Json;
using System.Text.Json.Serialization;

namespace Skydive.Contracts.Metadata;

/// <summary>Lets <see cref="MetadataMap"/> stand in types that System.Text.Json serialises.</summary>
public sealed class MetadataMapJsonConverter : JsonConverter<MetadataMap>
{
    /// <inheritdoc/>
    public override MetadataMap Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => MetadataJson.ReadMap(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, MetadataMap value, JsonSerializerOptions options) => MetadataJson.Write(writer, value);
}
