namespace Skydive.Flows.Encoding;

/// <summary>A column of texts: each different text once, and which one each flow has. Immutable; texts are made when they are asked for.</summary>
public sealed class FlowTextColumn
{
    private readonly byte _encoding;
    private readonly TextKey[]? _keys;
    private readonly int[] _codes;

    // The texts one after the other in UTF-8, and where each ends; made of the keys, where there are some, when they are asked for.
    private Utf8Texts? _utf8;
    private string?[]? _texts;

    internal FlowTextColumn(byte[] bytes, int[] ends, int[] codes)
    {
        _utf8 = new(bytes, ends);
        _codes = codes;
        Count = ends.Length;
    }

    internal FlowTextColumn(TextKey[] keys, byte encoding, int[] codes)
    {
        _keys = keys;
        _encoding = encoding;
        _codes = codes;
        Count = keys.Length;
    }

    // Several threads may make the same texts: it does not matter whose stay.
    private Utf8Texts Utf8 => _utf8 ??= Format(_keys!, _encoding);

    /// <summary>How many texts occur; a text may occur twice in columns where every flow has its own.</summary>
    public int Count { get; }

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
        string?[] texts = _texts ??= new string?[Count];
        return texts[code] ??= System.Text.Encoding.UTF8.GetString(GetUtf8(code));
    }

    /// <summary>A text in UTF-8, as it was encoded.</summary>
    /// <param name="code">Its number, less than <see cref="Count"/>.</param>
    public ReadOnlySpan<byte> GetUtf8(int code)
    {
        Utf8Texts utf8 = Utf8;
        int begin = code == 0 ? 0 : utf8.Ends[code - 1];
        return utf8.Bytes.AsSpan(begin, utf8.Ends[code] - begin);
    }

    /// <summary>The number that stands for a text, which is another one for each text of all columns of the same field.</summary>
    /// <param name="code">The text's number in this column, less than <see cref="Count"/>.</param>
    /// <param name="key">The number.</param>
    /// <returns>False when the column has texts that are no numbers.</returns>
    public bool TryGetKey(int code, out TextKey key)
    {
        key = _keys?[code] ?? default;
        return _keys is not null;
    }

    private static Utf8Texts Format(TextKey[] keys, byte encoding)
    {
        const int TypicalLength = 20;
        byte[] bytes = new byte[(keys.Length * TypicalLength) + KeyTexts.MaxTextLength];
        int[] ends = new int[keys.Length];
        int end = 0;
        for (int i = 0; i < keys.Length; i++)
        {
            if (bytes.Length - end < KeyTexts.MaxTextLength)
            {
                Array.Resize(ref bytes, bytes.Length * 2);
            }

            end += KeyTexts.Format(encoding, in keys[i], bytes.AsSpan(end));
            ends[i] = end;
        }

        return new(bytes, ends);
    }

    private sealed record Utf8Texts(byte[] Bytes, int[] Ends);
}
