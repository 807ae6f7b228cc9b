using System.Globalization;
using System.Text.RegularExpressions;
using Skydive.Client.Gremlin;

namespace Skydive.Client.Selection;

/// <summary>
/// The short ways to say which nodes are meant, as expressions: a Gremlin expression as it is; a UUID (topology identifier or node
/// identifier); <c>key=value</c>; a name. Values and names may be patterns.
/// </summary>
public static partial class NodeSelector
{
    /// <summary>The expression that a text stands for.</summary>
    /// <param name="text">The text.</param>
    /// <exception cref="ArgumentException">The text is blank.</exception>
    public static GremlinText Parse(string text)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(text);
        if (GremlinText.IsExpression(text))
        {
            return GremlinText.Verbatim(text);
        }

        if (Guid.TryParseExact(text, "D", out _))
        {
            return GremlinText.G.V().Step("HasEither", "TID", text, "@ID", text);
        }

        var pair = KeyAndValue().Match(text);
        return pair.Success
            ? GremlinText.G.V().HasValue(pair.Groups[1].Value, pair.Groups[2].Value)
            : GremlinText.G.V().HasLike("Name", [text]);
    }

    /// <summary>Whether <see cref="Parse"/> takes a text for the name of one node: no expression, identifier, <c>key=value</c> or pattern.</summary>
    /// <param name="text">The text.</param>
    public static bool IsName(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return !GremlinText.IsExpression(text) && !Guid.TryParseExact(text, "D", out _) && !KeyAndValue().IsMatch(text) && text.AsSpan().IndexOfAny("*?[") < 0;
    }

    /// <summary>The nodes with these topology identifiers.</summary>
    /// <param name="tids">The identifiers; one at least.</param>
    public static GremlinText FromTids(IReadOnlyCollection<string> tids) =>
        GremlinText.G.V().Has("TID", tids.Count == 1 ? tids.First() : GremlinPredicate.Within(tids));

    /// <summary>The nodes with these node identifiers.</summary>
    /// <param name="ids">The identifiers; one at least.</param>
    public static GremlinText FromIds(IReadOnlyCollection<string> ids) =>
        GremlinText.G.V().Has("@ID", ids.Count == 1 ? ids.First() : GremlinPredicate.Within(ids));

    /// <summary>The nodes whose metadata have all these values.</summary>
    /// <param name="metadata">Values by key, with dots for nested keys: text or pattern, number, truth value, list of alternatives, a map for nested keys, or null for "has no such key".</param>
    public static GremlinText FromMetadata(IEnumerable<KeyValuePair<string, object?>> metadata) => GremlinText.G.V().HasMetadata(metadata);

    /// <summary>Keeps what has all these values; see <see cref="FromMetadata"/>.</summary>
    /// <param name="expression">The expression so far.</param>
    /// <param name="metadata">Values by key.</param>
    public static GremlinText HasMetadata(this GremlinText expression, IEnumerable<KeyValuePair<string, object?>> metadata)
    {
        foreach (var (key, value) in metadata)
        {
            expression = value switch
            {
                null => expression.HasNot(key),
                string text => expression.HasLike(key, [text]),
                System.Collections.IDictionary nested => expression.HasMetadata(Nested(key, nested)),
                IEnumerable<string> texts => expression.HasLike(key, [.. texts]),
                System.Collections.IEnumerable list when list.Cast<object?>().All(static element => element is string) => expression.HasLike(key, [.. list.Cast<string>()]),
                System.Collections.IEnumerable list => expression.Has(key, GremlinPredicate.Within(list.Cast<object>())),
                _ => expression.Has(key, value),
            };
        }

        return expression;
    }

    // A text from the command line may mean the number or the text, and metadata hold both kinds.
    private static GremlinText HasValue(this GremlinText expression, string key, string value) => value switch
    {
        "true" or "false" => expression.Step("HasEither", key, value == "true", key, value),
        _ when long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out long number) => expression.Step("HasEither", key, number, key, value),
        _ => expression.HasLike(key, [value]),
    };

    private static IEnumerable<KeyValuePair<string, object?>> Nested(string prefix, System.Collections.IDictionary map)
    {
        foreach (System.Collections.DictionaryEntry entry in map)
        {
            yield return new($"{prefix}.{entry.Key}", entry.Value);
        }
    }

    [GeneratedRegex(@"^([A-Za-z_@][\w.@-]*)=(.*)$", RegexOptions.CultureInvariant | RegexOptions.Singleline)]
    private static partial Regex KeyAndValue();
}
