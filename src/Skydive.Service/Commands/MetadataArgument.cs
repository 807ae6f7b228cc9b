using System.Buffers;
using System.Text;
using System.Text.Json;
using Skydive.Contracts.Metadata;

namespace Skydive.Service.Commands;

/// <summary>Metadata as it is written on a command line: <c>key=value, other.key=value</c>; values are texts, keys may have dots.</summary>
internal static class MetadataArgument
{
    /// <summary>Reads metadata.</summary>
    /// <exception cref="IOException">A part is no key with a value.</exception>
    public static MetadataMap Parse(string? text)
    {
        var metadata = MetadataMap.Empty;
        foreach (string part in (text ?? string.Empty).Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var (key, value) = Split(part);
            metadata = metadata.With(key, value);
        }

        return metadata;
    }

    /// <summary>The JSON patch that sets and removes keys.</summary>
    /// <exception cref="IOException">A part is no key with a value.</exception>
    public static string ToPatch(IEnumerable<string> added, IEnumerable<string> removed)
    {
        var json = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(json))
        {
            writer.WriteStartArray();
            foreach (string part in added)
            {
                var (key, value) = Split(part);
                Write(writer, "add", key, value);
            }

            foreach (string key in removed)
            {
                Write(writer, "remove", key, null);
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(json.WrittenSpan);
    }

    private static (string Key, string Value) Split(string part)
    {
        int at = part.IndexOf('=', StringComparison.Ordinal);
        return at > 0 ? (part[..at].Trim(), part[(at + 1)..].Trim()) : throw new IOException($"'{part}' is no metadata: expected key=value");
    }

    private static void Write(Utf8JsonWriter writer, string operation, string key, string? value)
    {
        writer.WriteStartObject();
        writer.WriteString("op", operation);
        writer.WriteString("path", "/Metadata/" + key.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal).Replace('.', '/'));
        if (value is not null)
        {
            writer.WriteString("value", value);
        }

        writer.WriteEndObject();
    }
}
