using System.Text.Json;
using System.Text.Json.Serialization;

namespace Skydive.Contracts.Metadata;

/// <summary>Lets <see cref="MetadataValue"/> stand in types that System.Text.Json serialises.</summary>
public sealed class MetadataValueJsonConverter : JsonConverter<MetadataValue>
{
    /// <inheritdoc/>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override MetadataValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => MetadataJson.Read(ref reader);

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, MetadataValue value, JsonSerializerOptions options) => MetadataJson.Write(writer, value);
}
