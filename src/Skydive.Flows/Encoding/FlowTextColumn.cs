namespace Skydive.Flows.Encoding;

/// <summary>A column of texts: each different text once, and which one each flow has. Immutable; texts are made when they are asked for.</summary>
public sealed class FlowTextColumn
{
    // The texts one after the other in UTF-8, and where each ends.
    private readonly byte[] _bytes;
    private readonly int[] _ends;
    private readonly int[] _codes;
    private string?[]? _texts;

    internal FlowTextColumn(byte[] bytes, int[] ends, int[] codes)
    {
        _bytes = bytes;
        _ends = ends;
        _codes = codes;
    }

    /// <summary>How many texts occur; a text may occur twice in columns where every flow has its own.</summary>
    public int Count => _ends.Length;

    /// <summary>For each flow the number of its text, or −1 when it has none.</summary>
    public ReadOnlySpan<int> Codes => _codes;

    /// <summary>The text of a flow, null when it has none.</summary>
    /// <param name="row">The flow's place in the block.</param>
    public string? this[int row] => _codes[row] is >= 0 and var code ? GetText(code) : null;

    /// <summary>A text.</summary>
    /// <param name="code">Its number, less than <see cref="Count"/>.</param>
    public string GetText(int code)
    {
        // Several threads may make the same text: it does not matter whose stays.
        string?[] texts = _texts ??= new string?[_ends.Length];
        return texts[code] ??= System.Text.Encoding.UTF8.GetString(GetUtf8(code));
    }

    /// <summary>A text in UTF-8, as it was encoded.</summary>
    /// <param name="code">Its number, less than <see cref="Count"/>.</param>
    public ReadOnlySpan<byte> GetUtf8(int code)
    {
        int begin = code == 0 ? 0 : _ends[code - 1];
        return _bytes.AsSpan(begin, _ends[code] - begin);
    }
}
