using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>What the steps of one run share. Belongs to one run; used by one thread at a time.</summary>
internal sealed class QueryContext
{
    private Dictionary<string, (IReadOnlyList<Node> Nodes, Lazy<HashSet<string>> Ids)>? _kept;
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

    /// <summary>The nodes that As has kept under a name.</summary>
    public IReadOnlyList<Node> Kept(string name) => _kept![name].Nodes;

    /// <summary>Keeps nodes under a name, in place of those kept under it before.</summary>
    public void Keep(string name, IReadOnlyList<Node> nodes) =>
        (_kept ??= new(StringComparer.Ordinal))[name] = (nodes, new(() => nodes.Select(static node => node.Id).ToHashSet(StringComparer.Ordinal)));

    /// <summary>Whether a node is among those kept under a name.</summary>
    public bool IsKept(string name, string id) => _kept![name].Ids.Value.Contains(id);
}
