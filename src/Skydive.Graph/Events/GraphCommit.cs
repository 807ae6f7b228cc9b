namespace Skydive.Graph.Events;

/// <summary>What one transaction changed.</summary>
public sealed class GraphCommit
{
    internal GraphCommit(GraphSnapshot snapshot, IReadOnlyList<GraphEvent> events, bool isTransient, object? source)
    {
        Snapshot = snapshot;
        Events = events;
        IsTransient = isTransient;
        Source = source;
    }

    /// <summary>The graph after the transaction.</summary>
    public GraphSnapshot Snapshot { get; }

    /// <summary>Number of the transaction: each has the next.</summary>
    public long Sequence => Snapshot.Sequence;

    /// <summary>The changes in an order in which they can be replayed: nodes before their edges when added, after them when deleted.</summary>
    public IReadOnlyList<GraphEvent> Events { get; }

    /// <summary>
    /// Whether the transaction only moved counters that tick, which subscribers want to see but history does not keep as revisions.
    /// </summary>
    public bool IsTransient { get; }

    /// <summary>Who made the changes, as was said when they were written; null for nobody in particular.</summary>
    public object? Source { get; }
}
