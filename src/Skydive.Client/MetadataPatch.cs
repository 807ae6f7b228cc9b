using System.Buffers;
using System.Text;
using System.Text.Json;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Client;

/// <summary>A change of metadata as a JSON Patch (RFC 6902): values that are set, keys that are removed.</summary>
public sealed class MetadataPatch
{
    private readonly List<(string Operation, string[] Path, MetadataValue Value)> _operations = [];

    /// <summary>Makes a patch that leads from what an element has to what it should have.</summary>
    /// <param name="element">The element as it is.</param>
    /// <param name="values">Values by key, with dots for nested keys.</param>
    /// <param name="removedKeys">Keys to remove, with dots for nested ones; those that the element lacks are passed over.</param>
    /// <exception cref="ArgumentException">A key is empty, or leads through a value that has no keys.</exception>
    public static MetadataPatch For(GraphElement element, IEnumerable<KeyValuePair<string, MetadataValue>> values, IEnumerable<string> removedKeys)
    {
        ArgumentNullException.ThrowIfNull(element);
        var patch = new MetadataPatch();
        var metadata = element.Metadata;
        foreach (string key in removedKeys)
        {
            string[] path = Split(key);
            if (TryFind(metadata, path, out _))
            {
                patch._operations.Add(("remove", path, default));
                metadata = Without(metadata, path);
            }
        }

        foreach (var (key, value) in values)
        {
            patch.Set(ref metadata, Split(key), value);
        }

        return patch;
    }

    /// <summary>Whether there is nothing to change.</summary>
    public bool IsEmpty => _operations.Count == 0;

    /// <summary>The patch as JSON.</summary>
    public string ToJson()
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer, MetadataJson.WriterOptions))
        {
            writer.WriteStartArray();
            foreach (var (operation, path, value) in _operations)
            {
                writer.WriteStartObject();
                writer.WriteString("op"u8, operation);
                writer.WriteString("path"u8, "/Metadata/" + string.Join('/', path.Select(static part => part.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal))));
                if (operation == "add")
                {
                    writer.WritePropertyName("value"u8);
                    MetadataJson.Write(writer, value);
                }

                writer.WriteEndObject();
            }

            writer.WriteEndArray();
        }

        return Encoding.UTF8.GetString(buffer.WrittenSpan);
    }

    // A patch cannot add to a map that is not there: the maps on the way come with the value.
    private void Set(ref MetadataMap metadata, string[] path, MetadataValue value)
    {
        int known = 0;
        var map = metadata;
        while (known < path.Length - 1 && map.TryGetValue(path[known], out var inner))
        {
            map = inner.AsMap ?? throw new ArgumentException($"{string.Join('.', path[..(known + 1)])} has no keys below it");
            known++;
        }

        for (int i = path.Length - 1; i > known; i--)
        {
            value = new MetadataBuilder().Set(path[i], value).Build();
        }

        _operations.Add(("add", path[..(known + 1)], value));
        metadata = With(metadata, path[..(known + 1)], value);
    }

    private static string[] Split(string key)
    {
        string[] path = key.Split('.');
        return path.All(static part => part.Length > 0) ? path : throw new ArgumentException($"'{key}' is no key");
    }

    private static bool TryFind(MetadataMap map, ReadOnlySpan<string> path, out MetadataValue value) =>
        map.TryGetValue(path[0], out value) && (path.Length == 1 || (value.AsMap is { } inner && TryFind(inner, path[1..], out value)));

    private static MetadataMap Without(MetadataMap map, ReadOnlySpan<string> path) =>
        path.Length == 1 ? map.Without(path[0]) : map.With(path[0], Without(map[path[0]].AsMap!, path[1..]));

    private static MetadataMap With(MetadataMap map, ReadOnlySpan<string> path, MetadataValue value) =>
        path.Length == 1 ? map.With(path[0], value) : map.With(path[0], With(map[path[0]].AsMap!, path[1..], value));
}
