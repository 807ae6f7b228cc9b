using Skydive.Client.Gremlin;

namespace Skydive.Client.Selection;

/// <summary>Which edges to ask for, in words. All conditions must hold. Empty lists ask for nothing.</summary>
public sealed record EdgeQuery
{
    /// <summary>Nodes at either end, such as the result of <see cref="NodeSelector.Parse"/>; null for all edges.</summary>
    public GremlinText? From { get; init; }

    /// <summary>Identifiers of nodes where the edges start; null for any.</summary>
    public IReadOnlyList<string>? Parents { get; init; }

    /// <summary>Identifiers of nodes where the edges end; null for any.</summary>
    public IReadOnlyList<string>? Children { get; init; }

    /// <summary>Edge identifiers.</summary>
    public IReadOnlyList<string> Ids { get; init; } = [];

    /// <summary>Relation types or patterns, such as layer2.</summary>
    public IReadOnlyList<string> RelationTypes { get; init; } = [];

    /// <summary>Values that must be; see <see cref="NodeSelector.FromMetadata"/>.</summary>
    public IReadOnlyList<KeyValuePair<string, object?>> Metadata { get; init; } = [];

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
        var start = From is { } nodes ? nodes.Step("BothE").Dedup() : GremlinText.G.E();
        return start
            .At(At, Duration)
            .HasExactly("@ID", Ids)
            .HasExactly("Parent", Parents ?? [])
            .HasExactly("Child", Children ?? [])
            .HasLike("RelationType", RelationTypes)
            .HasMetadata(Metadata);
    }
}
