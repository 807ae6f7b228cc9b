namespace Skydive.Analyzer.Api.Patches;

/// <summary>A place in a JSON document (RFC 6901).</summary>
/// <param name="Segments">The names of members and numbers of elements on the way; none for the whole document.</param>
internal sealed record JsonPointer(IReadOnlyList<string> Segments)
{
    /// <summary>More than any element is nested.</summary>
    public const int MaximumSegments = 64;

    /// <summary>Reads a pointer.</summary>
    /// <param name="text">Such as <c>/Metadata/Name</c>.</param>
    /// <exception cref="JsonPatchException">It is none.</exception>
    public static JsonPointer Parse(string text)
    {
        if (text.Length == 0)
        {
            return new([]);
        }

        if (text[0] != '/')
        {
            throw new JsonPatchException($"'{text}' is no JSON pointer: expected one that begins with /, such as /Metadata/Name");
        }

        string[] segments = text[1..].Split('/');
        if (segments.Length > MaximumSegments)
        {
            throw new JsonPatchException($"a JSON pointer has {segments.Length} parts, more than {MaximumSegments}");
        }

        return new([.. segments.Select(segment => Unescape(segment, text))]);
    }

    /// <summary>Whether another place lies within this one.</summary>
    public bool Contains(JsonPointer other) =>
        other.Segments.Count > Segments.Count && Segments.SequenceEqual(other.Segments.Take(Segments.Count), StringComparer.Ordinal);

    /// <inheritdoc/>
    public override string ToString() =>
        string.Concat(Segments.Select(static segment => "/" + segment.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)));

    private static string Unescape(string segment, string text)
    {
        for (int i = segment.IndexOf('~', StringComparison.Ordinal); i >= 0; i = segment.IndexOf('~', i + 1))
        {
            if (i + 1 == segment.Length || segment[i + 1] is not ('0' or '1'))
            {
                throw new JsonPatchException($"'{text}' is no JSON pointer: ~ is written ~0, and / within a name ~1");
            }
        }

        return segment.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
    }
}
