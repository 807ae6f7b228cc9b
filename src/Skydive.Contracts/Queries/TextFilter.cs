using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>The field holds text that begins or ends with another, or has it in it. Case matters.</summary>
public sealed record TextFilter : FieldFilter
{
    /// <summary>Makes the condition.</summary>
    /// <param name="key">The field's name.</param>
    /// <param name="match">Where the text is looked for.</param>
    /// <param name="text">The text.</param>
    public TextFilter(string key, TextMatch match, string text)
        : base(key)
    {
        Match = match;
        Text = text;
    }

    /// <summary>Where the text is looked for.</summary>
    public TextMatch Match { get; }

    /// <summary>The text that is looked for.</summary>
    public string Text { get; }

    private protected override bool MatchesValue(MetadataValue value) => value.AsString is { } text && Match switch
    {
        TextMatch.Start => text.StartsWith(Text, StringComparison.Ordinal),
        TextMatch.End => text.EndsWith(Text, StringComparison.Ordinal),
        _ => text.Contains(Text, StringComparison.Ordinal),
    };
}
