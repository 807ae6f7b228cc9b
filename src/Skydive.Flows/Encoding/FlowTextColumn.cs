namespace Skydive.Flows.Encoding;

/// <summary>A column of texts: each different text once, and which one each flow has. Immutable.</summary>
public sealed class FlowTextColumn
{
    private readonly string[] _texts;
    private readonly int[] _codes;

    internal FlowTextColumn(string[] texts, int[] codes)
    {
        _texts = texts;
        _codes = codes;
    }

    /// <summary>The texts that occur; a text may occur twice in columns where every flow has its own.</summary>
    public ReadOnlySpan<string> Texts => _texts;

    /// <summary>For each flow the index of its text in <see cref="Texts"/>, or −1 when it has none.</summary>
    public ReadOnlySpan<int> Codes => _codes;

    /// <summary>The text of a flow, null when it has none.</summary>
    /// <param name="row">The flow's place in the block.</param>
    public string? this[int row] => _codes[row] is >= 0 and var code ? _texts[code] : null;
}
