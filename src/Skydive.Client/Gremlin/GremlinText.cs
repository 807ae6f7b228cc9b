using System.Text;
using System.Text.RegularExpressions;

namespace Skydive.Client.Gremlin;

/// <summary>
/// A Gremlin expression that grows step by step, every value quoted by <see cref="GremlinLiteral"/>. Immutable: each step gives a new one.
/// <code>GremlinText.G.V().Has("Type", "veth").Has("Name", GremlinPredicate.Like("vm*")).Limit(5)</code>
/// </summary>
public sealed partial class GremlinText : IEquatable<GremlinText>
{
    private readonly string _text;

    private GremlinText(string text) => _text = text;

    /// <summary>The graph as it is now.</summary>
    public static GremlinText G { get; } = new("G");

    /// <summary>Whether a text looks like an expression rather than a name: <c>G</c>, a dot, and a step with its parenthesis.</summary>
    /// <param name="text">The text.</param>
    public static bool IsExpression(string text) => ExpressionStart().IsMatch(text);

    /// <summary>Takes an expression as it is.</summary>
    /// <param name="text">The expression, from <c>G</c> on.</param>
    /// <exception cref="ArgumentException">It does not begin with <c>G</c>.</exception>
    public static GremlinText Verbatim(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        string trimmed = text.Trim();
        return trimmed.Length > 0 && trimmed[0] is 'G' or 'g' && (trimmed.Length == 1 || !(char.IsAsciiLetterOrDigit(trimmed[1]) || trimmed[1] == '_'))
            ? new(trimmed)
            : throw new ArgumentException($"'{text}' is no Gremlin expression: it must begin with G", nameof(text));
    }

    /// <summary>
    /// Puts values in the place of variables: every <c>$name</c> outside quotes becomes the value's literal, whatever characters the value
    /// holds.
    /// </summary>
    /// <param name="text">The expression.</param>
    /// <param name="variables">Values by name, without the dollar sign; see <see cref="GremlinLiteral.Format"/>.</param>
    /// <exception cref="ArgumentException">A variable has no value, or a value has no form in Gremlin.</exception>
    public static GremlinText Bind(string text, IReadOnlyDictionary<string, object?> variables)
    {
        var builder = new StringBuilder(text.Length + 32);
        char quote = '\0';
        for (int i = 0; i < text.Length; i++)
        {
            char character = text[i];
            if (quote != '\0')
            {
                builder.Append(character);
                if (character == '\\' && i + 1 < text.Length)
                {
                    builder.Append(text[++i]);
                }
                else if (character == quote)
                {
                    quote = '\0';
                }
            }
            else if (character == '$')
            {
                int end = i + 1;
                while (end < text.Length && (char.IsAsciiLetterOrDigit(text[end]) || text[end] == '_'))
                {
                    end++;
                }

                string name = text[(i + 1)..end];
                builder.Append(variables.TryGetValue(name, out object? value)
                    ? GremlinLiteral.Format(value)
                    : throw new ArgumentException($"the variable ${name} of the query has no value", nameof(variables)));
                i = end - 1;
            }
            else
            {
                quote = character is '\'' or '"' ? character : '\0';
                builder.Append(character);
            }
        }

        return Verbatim(builder.ToString());
    }

    /// <summary>Adds a step.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="arguments">Its arguments; see <see cref="GremlinLiteral.Format"/>.</param>
    public GremlinText Step(string name, params object?[] arguments) =>
        new($"{_text}.{name}({string.Join(", ", arguments.Select(GremlinLiteral.Format))})");

    /// <summary>The same expression about another time: the step <c>At</c> is put behind the <c>G</c>.</summary>
    /// <param name="at">The time; null for now, which leaves the expression as it is unless a duration is given.</param>
    /// <param name="duration">How far back from the time to look as well; null for the point in time alone. Counted in whole seconds.</param>
    /// <param name="now">The time that now is.</param>
    public GremlinText At(DateTimeOffset? at, TimeSpan? duration = null, TimeProvider? now = null)
    {
        if (at is null && duration is null)
        {
            return this;
        }

        long time = (at ?? (now ?? TimeProvider.System).GetUtcNow()).ToUnixTimeMilliseconds();
        string arguments = duration is { } length ? $"{time}, {(long)Math.Ceiling(length.TotalSeconds)}" : $"{time}";
        return new($"G.At({arguments}){_text.AsSpan(1)}");
    }

    /// <summary>All nodes.</summary>
    public GremlinText V() => Step("V");

    /// <summary>All edges.</summary>
    public GremlinText E() => Step("E");

    /// <summary>Keeps what has the key.</summary>
    /// <param name="key">A metadata key, with dots for nested ones, a field of a flow, or a pseudo field such as <c>@Host</c>.</param>
    public GremlinText Has(string key) => Step("Has", key);

    /// <summary>Keeps what has the value, or meets the predicate.</summary>
    /// <param name="key">A metadata key, with dots for nested ones, a field of a flow, or a pseudo field such as <c>@Host</c>.</param>
    /// <param name="value">The value or predicate.</param>
    public GremlinText Has(string key, object value) => Step("Has", key, value);

    /// <summary>
    /// Keeps what has one of several values. Patterns may be among the texts: see <see cref="GremlinPredicate.Like"/>. No value at all keeps
    /// everything.
    /// </summary>
    /// <param name="key">The key.</param>
    /// <param name="patterns">Texts and patterns.</param>
    public GremlinText HasLike(string key, IReadOnlyList<string> patterns)
    {
        if (patterns.Count == 0 || patterns.Contains("*"))
        {
            return patterns.Count == 0 ? this : Has(key);
        }

        if (patterns.Count == 1)
        {
            return Has(key, Alternative(patterns[0]));
        }

        return patterns.Any(Wildcard.IsPattern)
            ? Step("HasEither", patterns.SelectMany(pattern => new[] { key, Alternative(pattern) }).ToArray())
            : Has(key, GremlinPredicate.Within(patterns.Select(Wildcard.Unescape)));
    }

    /// <summary>Keeps what has one of several values; no value at all keeps everything.</summary>
    /// <param name="key">The key.</param>
    /// <param name="values">Texts, taken literally.</param>
    public GremlinText HasExactly(string key, IReadOnlyList<string> values) => values.Count switch
    {
        0 => this,
        1 => Has(key, values[0]),
        _ => Has(key, GremlinPredicate.Within(values)),
    };

    /// <summary>Keeps what lacks the key.</summary>
    /// <param name="key">The key.</param>
    public GremlinText HasNot(string key) => Step("HasNot", key);

    /// <summary>Drops what came before.</summary>
    public GremlinText Dedup() => Step("Dedup");

    /// <summary>How many there are.</summary>
    public GremlinText Count() => Step("Count");

    /// <summary>The flows of the nodes, or of the whole graph.</summary>
    public GremlinText Flows() => Step("Flows");

    /// <summary>
    /// The nodes or edges and what joins them as a graph, which is what a filter of <see cref="SkydiveClient.WatchTopologyAsync"/> must be. An
    /// expression that gives a graph already stays as it is.
    /// </summary>
    public GremlinText AsGraph() => GraphEnd().IsMatch(_text) ? this : Step("SubGraph");

    /// <summary>A part of the results.</summary>
    /// <param name="skip">How many to leave out at the beginning.</param>
    /// <param name="first">How many to give at most; null for all.</param>
    public GremlinText Page(long skip, long? first) => (skip, first) switch
    {
        (0, null) => this,
        (0, _) => Step("Limit", first),
        (_, null) => Step("Range", skip, (long)int.MaxValue),
        _ => Step("Range", skip, skip + first),
    };

    /// <inheritdoc/>
    public bool Equals(GremlinText? other) => other is not null && _text.Equals(other._text, StringComparison.Ordinal);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as GremlinText);

    /// <inheritdoc/>
    public override int GetHashCode() => _text.GetHashCode(StringComparison.Ordinal);

    /// <summary>The expression.</summary>
    public override string ToString() => _text;

    private static object Alternative(string pattern) =>
        Wildcard.IsPattern(pattern) ? GremlinPredicate.Like(pattern) : Wildcard.Unescape(pattern);

    [GeneratedRegex(@"(^G|\)\s*\.\s*SubGraph\s*\([^()]*\))\s*$", RegexOptions.CultureInvariant | RegexOptions.IgnoreCase)]
    private static partial Regex GraphEnd();

    [GeneratedRegex(@"^\s*[Gg]\s*(\.\s*[A-Za-z0-9_]+\s*\()", RegexOptions.CultureInvariant)]
    private static partial Regex ExpressionStart();
}
