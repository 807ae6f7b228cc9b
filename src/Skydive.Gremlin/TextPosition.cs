namespace Skydive.Gremlin;

/// <summary>A place in a text.</summary>
/// <param name="Offset">Counted from 0 in UTF-16 code units.</param>
/// <param name="Line">Counted from 1.</param>
/// <param name="Column">Counted from 1 in UTF-16 code units.</param>
internal readonly record struct TextPosition(int Offset, int Line, int Column)
{
    /// <summary>The place at an offset. Lines end at <c>\n</c>.</summary>
    /// <param name="text">The text.</param>
    /// <param name="offset">The offset.</param>
    public static TextPosition At(string text, int offset)
    {
        var before = text.AsSpan(0, Math.Min(offset, text.Length));
        return new(offset, before.Count('\n') + 1, before.Length - before.LastIndexOf('\n'));
    }

    /// <inheritdoc/>
    public override string ToString() => $"line {Line}, column {Column}";
}
