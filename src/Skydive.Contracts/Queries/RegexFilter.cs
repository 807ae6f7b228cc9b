using System.Text.RegularExpressions;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries.Patterns;

namespace Skydive.Contracts.Queries;

/// <summary>
/// The field holds text that a regular expression matches as a whole. The expression is written in RE2's syntax, as in Skydive, and runs without
/// backtracking, in time linear in the text.
/// </summary>
public sealed record RegexFilter : FieldFilter
{
    /// <summary>The longest expression that is taken, in characters.</summary>
    public const int MaximumPatternLength = 1000;

    private const RegexOptions Options = RegexOptions.NonBacktracking | RegexOptions.CultureInvariant;

    private readonly Regex _regex;

    /// <summary>Makes the condition.</summary>
    /// <param name="key">The field's name.</param>
    /// <param name="pattern">The expression, anchored at both ends by itself.</param>
    /// <exception cref="ArgumentException">
    /// The expression is invalid, too long, needs backtracking (look-around, back references), or repeats so much that its automaton would
    /// be too large.
    /// </exception>
    public RegexFilter(string key, string pattern)
        : base(key)
    {
        Pattern = pattern;
        if (pattern.Length > MaximumPatternLength)
        {
            throw new ArgumentException($"regular expression of {pattern.Length} characters; at most {MaximumPatternLength} are allowed", nameof(pattern));
        }

        string translated = Re2Pattern.Translate(pattern);
        try
        {
            _regex = new Regex($"\\A(?:{translated})\\z", Options);
        }
        catch (Exception e) when (e is NotSupportedException or RegexParseException)
        {
            throw new ArgumentException("the regular expression repeats so much that it cannot be run without backtracking", nameof(pattern), e);
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
