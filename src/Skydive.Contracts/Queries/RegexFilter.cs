using System.Text.RegularExpressions;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>
/// The field holds text that a regular expression matches as a whole. The expression runs without backtracking, in time linear in the text.
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

        try
        {
            // By itself first: within the brackets below, an expression such as "a)|(b" would be valid and escape the anchors.
            _ = new Regex(pattern, Options);
            _regex = new Regex($"\\A(?:{pattern})\\z", Options);
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
