using System.Net;

namespace Skydive.Client.Gremlin;

/// <summary>A predicate, such as <c>Regex('veth.*')</c>, that stands where a step takes a value. Immutable.</summary>
public sealed class GremlinPredicate
{
    private readonly string _text;

    private GremlinPredicate(string name, params object?[] arguments) =>
        _text = $"{name}({string.Join(", ", arguments.Select(GremlinLiteral.Format))})";

    /// <summary>The whole text matches an expression (RE2 syntax). The service anchors it: it must not begin with ^ or end with $.</summary>
    /// <param name="expression">The expression.</param>
    public static GremlinPredicate Regex(string expression) => new("Regex", expression);

    /// <summary>The text matches a pattern with <c>*</c>, <c>?</c> and <c>[a-z]</c>; a backtick before them takes them literally.</summary>
    /// <param name="pattern">The pattern.</param>
    public static GremlinPredicate Like(string pattern) => Regex(Wildcard.ToRegex(pattern));

    /// <summary>The key exists and its value is another.</summary>
    /// <param name="value">The value.</param>
    public static GremlinPredicate Ne(object value) => new("Ne", value);

    /// <summary>The number is greater.</summary>
    /// <param name="value">The bound.</param>
    public static GremlinPredicate Gt(long value) => new("Gt", value);

    /// <summary>The number is greater or equal.</summary>
    /// <param name="value">The bound.</param>
    public static GremlinPredicate Gte(long value) => new("Gte", value);

    /// <summary>The number is less.</summary>
    /// <param name="value">The bound.</param>
    public static GremlinPredicate Lt(long value) => new("Lt", value);

    /// <summary>The number is less or equal.</summary>
    /// <param name="value">The bound.</param>
    public static GremlinPredicate Lte(long value) => new("Lte", value);

    /// <summary>The value is one of these.</summary>
    /// <param name="values">Texts or integers; one at least.</param>
    public static GremlinPredicate Within(params IEnumerable<object> values) => new("Within", values);

    /// <summary>The value is none of these.</summary>
    /// <param name="values">Texts or integers; one at least.</param>
    public static GremlinPredicate Without(params IEnumerable<object> values) => new("Without", values);

    /// <summary>The IPv4 address, with or without a prefix length, is inside a network.</summary>
    /// <param name="network">The network, such as <c>192.168.0.0/24</c>; an address alone is a network of one.</param>
    /// <exception cref="ArgumentException">It is no IPv4 network.</exception>
    public static GremlinPredicate IPV4Range(string network)
    {
        ArgumentNullException.ThrowIfNull(network);
        string[] parts = network.Split('/');
        bool valid = parts.Length is 1 or 2
            && parts[0].Count(static character => character == '.') == 3
            && IPAddress.TryParse(parts[0], out _)
            && (parts.Length == 1 || (byte.TryParse(parts[1], out byte length) && length <= 32));
        return valid
            ? new("IPV4Range", parts.Length == 1 ? network + "/32" : network)
            : throw new ArgumentException($"'{network}' is no IPv4 network such as 192.168.0.0/24", nameof(network));
    }

    /// <summary>The predicate as Gremlin.</summary>
    public override string ToString() => _text;
}
