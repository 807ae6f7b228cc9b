using Skydive.Client.Gremlin;
using Skydive.Contracts.Flows;

namespace Skydive.Client.Selection;

/// <summary>Which flows to ask for, in words. All conditions must hold; within a list, one of its values must. Empty lists ask for nothing.</summary>
public sealed record FlowQuery
{
    private static readonly Dictionary<string, (string Field, object Value)> s_protocols = new(StringComparer.OrdinalIgnoreCase)
    {
        ["TCP"] = ("Transport.Protocol", "TCP"),
        ["UDP"] = ("Transport.Protocol", "UDP"),
        ["SCTP"] = ("Transport.Protocol", "SCTP"),
        ["IPv4"] = ("Network.Protocol", "IPV4"),
        ["IPv6"] = ("Network.Protocol", "IPV6"),
        ["ICMPv4"] = ("LayersPath", GremlinPredicate.Regex("(.*/)?ICMPv4(/.*)?")),
        ["ICMPv6"] = ("LayersPath", GremlinPredicate.Regex("(.*/)?ICMPv6(/.*)?")),
        ["ARP"] = ("LayersPath", GremlinPredicate.Regex("(.*/)?ARP(/.*)?")),
    };

    /// <summary>The names that <see cref="Protocol"/> knows, in any case.</summary>
    public static IReadOnlyCollection<string> Protocols => s_protocols.Keys;

    /// <summary>The nodes where the flows were captured; null for all.</summary>
    public GremlinText? From { get; init; }

    /// <summary>Identifiers of the captures that saw them.</summary>
    public IReadOnlyList<string> Captures { get; init; } = [];

    /// <summary>Topology identifiers of the nodes where they were captured.</summary>
    public IReadOnlyList<string> NodeTids { get; init; } = [];

    /// <summary>Addresses or IPv4 networks of either side.</summary>
    public IReadOnlyList<string> Addresses { get; init; } = [];

    /// <summary>Addresses or IPv4 networks of side A, which sent the first packet.</summary>
    public IReadOnlyList<string> SourceAddresses { get; init; } = [];

    /// <summary>Addresses or IPv4 networks of side B.</summary>
    public IReadOnlyList<string> DestinationAddresses { get; init; } = [];

    /// <summary>Ports of either side.</summary>
    public IReadOnlyList<int> Ports { get; init; } = [];

    /// <summary>Ports of side A.</summary>
    public IReadOnlyList<int> SourcePorts { get; init; } = [];

    /// <summary>Ports of side B.</summary>
    public IReadOnlyList<int> DestinationPorts { get; init; } = [];

    /// <summary>One of <see cref="Protocols"/>; null for any.</summary>
    public string? Protocol { get; init; }

    /// <summary>Applications or patterns.</summary>
    public IReadOnlyList<string> Applications { get; init; } = [];

    /// <summary>Layer paths or patterns.</summary>
    public IReadOnlyList<string> LayersPaths { get; init; } = [];

    /// <summary>Tracking identifiers.</summary>
    public IReadOnlyList<string> TrackingIds { get; init; } = [];

    /// <summary>Layer 3 tracking identifiers.</summary>
    public IReadOnlyList<string> L3TrackingIds { get; init; } = [];

    /// <summary>Flow identifiers.</summary>
    public IReadOnlyList<string> Uuids { get; init; } = [];

    /// <summary>How they ended.</summary>
    public IReadOnlyList<FinishType> FinishTypes { get; init; } = [];

    /// <summary>Values, by field, that must not be.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Not { get; init; } = [];

    /// <summary>The field to sort by; null for the service's order.</summary>
    public string? SortBy { get; init; }

    /// <summary>Whether the greatest comes first.</summary>
    public bool Descending { get; init; }

    /// <summary>The field of which each value is given once, such as TrackingID; null for all flows.</summary>
    public string? Deduplicate { get; init; }

    /// <summary>The end of the time to look at; null for now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>How far back from that time to look; null for the flows of that point in time.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How many to leave out at the beginning.</summary>
    public long Skip { get; init; }

    /// <summary>How many to give at most; null for all.</summary>
    public long? First { get; init; }

    /// <summary>The query.</summary>
    /// <exception cref="ArgumentException">A value cannot be asked for.</exception>
    public GremlinText ToGremlin()
    {
        var expression = Conditions();
        if (SortBy is { } field)
        {
            // ASC and DESC are words of the language, not texts.
            expression = GremlinText.Verbatim($"{expression}.Sort({(Descending ? "DESC" : "ASC")}, {GremlinLiteral.Quote(field)})");
        }

        return expression.Page(Skip, First);
    }

    /// <summary>The query for how many there are, order and paging aside.</summary>
    /// <exception cref="ArgumentException">A value cannot be asked for.</exception>
    public GremlinText ToCountGremlin() => Conditions().Count();

    private GremlinText Conditions()
    {
        var expression = (From ?? GremlinText.G).At(At, Duration).Flows()
            .HasExactly("CaptureID", Captures)
            .HasExactly("NodeTID", NodeTids)
            .HasExactly("UUID", Uuids)
            .HasExactly("TrackingID", TrackingIds)
            .HasExactly("L3TrackingID", L3TrackingIds)
            .HasLike("Application", Applications)
            .HasLike("LayersPath", LayersPaths);
        expression = HasAddress(expression, "Network", Addresses);
        expression = HasAddress(expression, "Network.A", SourceAddresses);
        expression = HasAddress(expression, "Network.B", DestinationAddresses);
        expression = HasNumber(expression, "Transport", Ports);
        expression = HasNumber(expression, "Transport.A", SourcePorts);
        expression = HasNumber(expression, "Transport.B", DestinationPorts);
        expression = HasNumber(expression, "FinishType", [.. FinishTypes.Select(static type => (int)type)]);
        if (Protocol is { } name)
        {
            var (field, value) = s_protocols.TryGetValue(name, out var found)
                ? found
                : throw new ArgumentException($"'{name}' is none of the protocols {string.Join(", ", s_protocols.Keys)}");
            expression = expression.Has(field, value);
        }

        foreach (var (key, value) in Not)
        {
            expression = expression.Has(key, value switch
            {
                null => throw new ArgumentException($"a value that {key} must not have is needed"),
                System.Collections.IEnumerable list and not string => GremlinPredicate.Without(list.Cast<object>()),
                _ => GremlinPredicate.Ne(value),
            });
        }

        return Deduplicate is { } dedup ? expression.Step("Dedup", dedup) : expression;
    }

    private static GremlinText HasAddress(GremlinText expression, string field, IReadOnlyList<string> addresses)
    {
        object[] values = [.. addresses.Select(static address => address.Contains('/', StringComparison.Ordinal) ? (object)GremlinPredicate.IPV4Range(address) : address)];
        return values.Length switch
        {
            0 => expression,
            1 => expression.Has(field, values[0]),
            _ when values.All(static value => value is string) => expression.Has(field, GremlinPredicate.Within(values)),
            _ => expression.Step("HasEither", [.. values.SelectMany(value => new[] { field, value })]),
        };
    }

    private static GremlinText HasNumber(GremlinText expression, string field, IReadOnlyList<int> numbers) => numbers.Count switch
    {
        0 => expression,
        1 => expression.Has(field, numbers[0]),
        _ => expression.Has(field, GremlinPredicate.Within(numbers.Cast<object>())),
    };
}
