using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Skydive.Analyzer.Api.Patches;

/// <summary>
/// Changes of a JSON document (RFC 6902). All of them are made or none. However they are combined, the document stays within bounds: copies of
/// copies would else fill the memory with few bytes.
/// </summary>
internal sealed class JsonPatch
{
    private const int MaximumDepth = 64;
    private const int MaximumValues = 100_000;

    private static readonly JsonDocumentOptions s_reading = new() { AllowDuplicateProperties = false, MaxDepth = MaximumDepth };

    private readonly IReadOnlyList<PatchOperation> _operations;

    private JsonPatch(IReadOnlyList<PatchOperation> operations) => _operations = operations;

    /// <summary>Reads a patch.</summary>
    /// <param name="json">The text: an array of operations.</param>
    /// <exception cref="JsonPatchException">It is none.</exception>
    public static JsonPatch Parse(ReadOnlySpan<byte> json)
    {
        JsonNode? patch;
        try
        {
            patch = JsonNode.Parse(json, documentOptions: s_reading);
        }
        catch (JsonException e)
        {
            throw new JsonPatchException($"incorrect JSON patch: {e.Message}", e);
        }

        return patch is JsonArray operations
            ? new([.. operations.Select(ReadOperation)])
            : throw new JsonPatchException("incorrect JSON patch: expected an array of operations (RFC 6902)");
    }

    /// <summary>Makes the changes.</summary>
    /// <param name="json">The document as it is; not changed.</param>
    /// <returns>The document as it is then.</returns>
    /// <exception cref="JsonPatchException">A place does not exist, a test fails, or the document would grow too large.</exception>
    public JsonNode? Apply(ReadOnlySpan<byte> json)
    {
        var document = JsonNode.Parse(json, documentOptions: s_reading);
        int room = MaximumValues - Measure(document, 0);
        foreach (var operation in _operations)
        {
            switch (operation.Name)
            {
                case "add":
                    Add(ref document, operation.Path, Take(operation.Value, operation.Path, ref room));
                    break;
                case "remove":
                    Remove(ref document, operation.Path);
                    break;
                case "replace":
                    var replacement = Take(operation.Value, operation.Path, ref room);
                    if (operation.Path.Segments.Count > 0)
                    {
                        Remove(ref document, operation.Path);
                    }

                    Add(ref document, operation.Path, replacement);
                    break;
                case "copy":
                    Add(ref document, operation.Path, Take(Find(document, operation.From!), operation.Path, ref room));
                    break;
                case "move":
                    Move(ref document, operation, ref room);
                    break;
                default:
                    if (!JsonNode.DeepEquals(Find(document, operation.Path), operation.Value))
                    {
                        throw new JsonPatchException($"the test of '{operation.Path}' failed: the value is another");
                    }

                    break;
            }
        }

        return document;
    }

    private static PatchOperation ReadOperation(JsonNode? node, int index)
    {
        if (node is not JsonObject operation)
        {
            throw new JsonPatchException($"incorrect JSON patch: operation {index} is no object");
        }

        string name = Text(operation, "op", index);
        if (name is not ("add" or "remove" or "replace" or "move" or "copy" or "test"))
        {
            throw new JsonPatchException($"incorrect JSON patch: operation {index} is '{name}': expected add, remove, replace, move, copy or test");
        }

        var path = JsonPointer.Parse(Text(operation, "path", index));
        var from = name is "move" or "copy" ? JsonPointer.Parse(Text(operation, "from", index)) : null;
        if (name is "add" or "replace" or "test" && !operation.ContainsKey("value"))
        {
            throw new JsonPatchException($"incorrect JSON patch: operation {index}, {name}, lacks value");
        }

        return new(name, path, from, operation["value"]);
    }

    private static string Text(JsonObject operation, string member, int index) =>
        operation[member] is JsonValue value && value.TryGetValue(out string? text)
            ? text
            : throw new JsonPatchException($"incorrect JSON patch: operation {index} lacks {member}, or it is no text");

    private static void Move(ref JsonNode? document, PatchOperation operation, ref int room)
    {
        var (from, path) = (operation.From!, operation.Path);
        if (from.Contains(path))
        {
            throw new JsonPatchException($"'{from}' cannot be moved into itself");
        }

        var moved = Find(document, from);
        if (from.Segments.SequenceEqual(path.Segments, StringComparer.Ordinal))
        {
            return;
        }

        var copy = Take(moved, path, ref room);
        Remove(ref document, from);
        Add(ref document, path, copy);
    }

    /// <summary>A copy of a value to be put somewhere, paid for from what room is left.</summary>
    private static JsonNode? Take(JsonNode? value, JsonPointer path, ref int room)
    {
        room -= Measure(value, path.Segments.Count);
        return room >= 0 ? value?.DeepClone() : throw new JsonPatchException($"the patch makes more than {MaximumValues} values");
    }

    /// <summary>How many values a value consists of.</summary>
    private static int Measure(JsonNode? node, int depth)
    {
        if (depth > MaximumDepth)
        {
            throw new JsonPatchException($"the patch nests values more than {MaximumDepth} deep");
        }

        return 1 + node switch
        {
            JsonObject map => map.Sum(member => Measure(member.Value, depth + 1)),
            JsonArray list => list.Sum(item => Measure(item, depth + 1)),
            _ => 0,
        };
    }

    private static void Add(ref JsonNode? document, JsonPointer path, JsonNode? value)
    {
        if (path.Segments.Count == 0)
        {
            document = value;
            return;
        }

        string last = path.Segments[^1];
        switch (FindParent(document, path))
        {
            case JsonObject map:
                map[last] = value;
                break;
            case JsonArray list:
                list.Insert(last == "-" ? list.Count : IndexOf(last, list.Count + 1, path), value);
                break;
            default:
                throw Missing(path);
        }
    }

    private static void Remove(ref JsonNode? document, JsonPointer path)
    {
        if (path.Segments.Count == 0)
        {
            document = null;
            return;
        }

        string last = path.Segments[^1];
        switch (FindParent(document, path))
        {
            case JsonObject map when map.Remove(last):
                break;
            case JsonArray list:
                list.RemoveAt(IndexOf(last, list.Count, path));
                break;
            default:
                throw Missing(path);
        }
    }

    private static JsonNode? FindParent(JsonNode? document, JsonPointer path) => Find(document, new([.. path.Segments.SkipLast(1)]));

    private static JsonNode? Find(JsonNode? document, JsonPointer path)
    {
        var current = document;
        foreach (string segment in path.Segments)
        {
            current = current switch
            {
                JsonObject map when map.TryGetPropertyValue(segment, out var member) => member,
                JsonArray list => list[IndexOf(segment, list.Count, path)],
                _ => throw Missing(path),
            };
        }

        return current;
    }

    // No sign, no leading zero (RFC 6901, 4).
    private static int IndexOf(string segment, int count, JsonPointer path) =>
        int.TryParse(segment, NumberStyles.None, CultureInfo.InvariantCulture, out int index) && (segment.Length == 1 || segment[0] != '0') && index < count
            ? index
            : throw Missing(path);

    private static JsonPatchException Missing(JsonPointer path) => new($"there is nothing at '{path}'");
}
