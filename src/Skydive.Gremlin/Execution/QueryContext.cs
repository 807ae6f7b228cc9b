using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>What the steps of one run share. Belongs to one run; used by one thread at a time.</summary>
internal sealed class QueryContext
{
    private IGraphView? _root;

    public QueryContext(string text, IQuerySource source, GremlinOptions options, CancellationToken cancellationToken)
    {
        Text = text;
        Source = source;
        Time = options.Time;
        Budget = new(options, cancellationToken);
    }

    /// <summary>The query's text, for errors.</summary>
    public string Text { get; }

    /// <summary>What the query is asked of.</summary>
    public IQuerySource Source { get; }

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; }

    /// <summary>What the run may use up.</summary>
    public QueryBudget Budget { get; }

    /// <summary>The graph that G stands for: the live one, taken once, until a time context replaces it.</summary>
    public IGraphView Root
    {
        get => _root ??= Source.Live;
        set => _root = value;
    }

    /// <summary>The nodes that As has kept, by name.</summary>
    public Dictionary<string, List<Node>> Kept { get; } = new(StringComparer.Ordinal);
}
