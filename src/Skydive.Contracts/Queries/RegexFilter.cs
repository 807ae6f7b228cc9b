using System.Text.RegularExpressions;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>
/// The field holds text that a regular expression matches as a whole. The expression runs without backtracking, in time linear in the text.
/// </summary>
public sealed record RegexFilter : FieldFilter
{
    private readonly Regex _regex;

    /// <summary>Makes the condition.</summary>
    /// <param name="key">The field's name.</param>
    /// <param name="pattern">The expression, anchored at both ends by itself.</param>
    /// <exception cref="ArgumentException">The expression is invalid, or needs backtracking (look-around, back references).</exception>
    public RegexFilter(string key, string pattern)
        : base(key)
    {
        Pattern = pattern;
        try
        {
            _regex = new Regex($"\\A(?:{pattern})\\z", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant);
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException($"regular expression '{pattern}' is not supported: {e.Message}", nameof(pattern), e);
        }
    }

    /// <summary>The expression as it was given.</summary>
    public string Pattern { get; }

    /// <inheritdoc/>
    public bool Equals(RegexFilter? other) => other is not null && Key == other.Key && Pattern == other.Pattern;

    /// <inheritdoc/>
    public override int GetHashCode() => HashCode.Combine(Key, Pattern);

    private protected override bool MatchesValue(MetadataValue value) => value.AsString is { } text && _regex.IsMatch(text);
}
