using Skydive.Client.Gremlin;

namespace Skydive.Client.Selection;

/// <summary>Which nodes to ask for, in words. All conditions must hold; within a list, one of its values must. Empty lists ask for nothing.</summary>
public sealed record NodeQuery
{
    /// <summary>Where to start, such as the result of <see cref="NodeSelector.Parse"/>; null for all nodes.</summary>
    public GremlinText? From { get; init; }

    /// <summary>Names or patterns.</summary>
    public IReadOnlyList<string> Names { get; init; } = [];

    /// <summary>Types or patterns, such as veth.</summary>
    public IReadOnlyList<string> Types { get; init; } = [];

    /// <summary>Node identifiers.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Topology identifiers.</summary>
    public IReadOnlyList<string> Tids { get; init; } = [];

    /// <summary>Hosts or patterns.</summary>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Keys that must exist.</summary>
    public IReadOnlyList<string> HasKeys { get; init; } = [];

    /// <summary>Values that must be; see <see cref="NodeSelector.FromMetadata"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Metadata { get; init; } = [];

    /// <summary>An IPv4 network in which one of the addresses must be; null for any.</summary>
    public string? IPRange { get; init; }

    /// <summary>The time to look at; null for now.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>How far back from that time to look as well; null for the point in time alone.</summary>
    public TimeSpan? Duration { get; init; }

    /// <summary>How many to leave out at the beginning.</summary>
    public long Skip { get; init; }

    /// <summary>How many to give at most; null for all.</summary>
    public long? First { get; init; }

    /// <summary>The query.</summary>
    /// <exception cref="ArgumentException">A value cannot be asked for.</exception>
    public GremlinText ToGremlin() => Conditions().Page(Skip, First);

    /// <summary>The query for how many there are, paging aside.</summary>
    /// <exception cref="ArgumentException">A value cannot be asked for.</exception>
    public GremlinText ToCountGremlin() => Conditions().Count();

    private GremlinText Conditions()
    {
        var expression = (From ?? GremlinText.G.V())
            .At(At, Duration)
            .HasExactly("@ID", Ids)
            .HasExactly("TID", Tids)
            .HasLike("Type", Types)
            .HasLike("Name", Names)
            .HasLike("@Host", Hosts)
            .HasMetadata(Metadata);
        if (IPRange is { } network)
        {
            expression = expression.Has("IPV4", GremlinPredicate.IPV4Range(network));
        }

        return HasKeys.Aggregate(expression, static (current, key) => current.Has(key));
    }
}
