namespace Skydive.Flows.Encoding;

/// <summary>Numbers different texts in the order in which they come.</summary>
internal sealed class DistinctTexts
{
    private readonly Dictionary<string, int> _codes = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];

    /// <summary>The texts by their numbers.</summary>
    public IReadOnlyList<string> Texts => _texts;

    /// <summary>The number of a text.</summary>
    public int CodeOf(string text)
    {
        if (!_codes.TryGetValue(text, out int code))
        {
            code = _texts.Count;
            _codes.Add(text, code);
            _texts.Add(text);
        }

        return code;
    }

    public void Clear()
    {
        _codes.Clear();
        _texts.Clear();
    }
}
