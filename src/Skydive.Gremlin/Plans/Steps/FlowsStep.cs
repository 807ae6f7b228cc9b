using Skydive.Contracts.Captures;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Flows: the flows that were captured at nodes, or anywhere, in the order of their start, then UUID, unless the search has its own.</summary>
/// <param name="Search">What is asked for, but for nodes and time, which are known when the step runs.</param>
internal sealed record FlowsStep(FlowSearch Search) : PlanStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Flows;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    public override async ValueTask<Traversal> ExecuteAsync(Traversal? input, QueryContext context)
    {
        var (source, view, search) = Prepare(input, context);
        return await FetchAsync(source, view, search, context).ConfigureAwait(false);
    }

    /// <summary>The flows of a search.</summary>
    /// <param name="source">Who is asked.</param>
    /// <param name="view">The graph to which the flows belong.</param>
    /// <param name="search">The search; null when there is nothing to search for.</param>
    /// <param name="context">What the steps of the run share.</param>
    internal static async ValueTask<Traversal> FetchAsync(IFlowSource source, IGraphView view, FlowSearch? search, QueryContext context) => new FlowTraversal(
        view, search is null ? [] : await context.Budget.WaitAsync(cancellationToken => source.SearchFlowsAsync(search, cancellationToken)).ConfigureAwait(false));

    /// <summary>Who is asked for what.</summary>
    /// <param name="input">What the step before it yields.</param>
    /// <param name="context">What the steps of the run share.</param>
    /// <returns>The source, the graph to which the flows belong, and the search; that is null when there is nothing to search for.</returns>
    internal (IFlowSource Source, IGraphView View, FlowSearch? Search) Prepare(Traversal? input, QueryContext context)
    {
        if (context.Source.Flows is not { } source)
        {
            throw new GremlinException(GremlinErrorReason.FlowsNotSupported, "No storage configured for flows");
        }

        var (view, nodes) = input switch
        {
            // A part of a graph has its own nodes; the whole graph means flows of nodes that are gone, too.
            GraphTraversal { View: SubGraphView part } => (part, part.GetNodes()),
            GraphTraversal graph => (graph.View, null),
            NodeTraversal selected => (selected.View, selected.Items),
            PathTraversal paths => (paths.View, paths.Nodes),
            _ => throw new InvalidOperationException($"Flows on {input?.Kind}"),
        };
        List<string>? identifiers = null;
        if (nodes is not null)
        {
            identifiers = Identify(nodes, context.Budget);
            if (identifiers.Count == 0)
            {
                return (source, view, null);
            }
        }

        // A live table holds flows that had no packet for a while; a question for the past finds them as well.
        TimeSlice? slice = view.Slice is { } time ? new(Math.Max(0, time.Start - (long)context.Source.FlowExpire.TotalMilliseconds), time.Last) : null;
        return (source, view, Search with { NodeTIDs = identifiers, Slice = slice });
    }

    /// <inheritdoc/>
    protected override string Describe() => string.Concat(
        $"Flows[{FilterText.Describe(Search.Filter)}]",
        Search.DeduplicateBy is { } key ? $".Dedup({key})" : string.Empty,
        Search.SortBy is { } sort ? $".Sort({(Search.Descending ? "DESC" : "ASC")}, {sort})" : string.Empty,
        Search.Skip > 0 || Search.Limit is not null ? $".Slice({Search.Skip}, {Search.Limit})" : string.Empty);

    /// <summary>The topology identifiers of the nodes on which packets can be captured, each once.</summary>
    private static List<string> Identify(IEnumerable<Node> nodes, QueryBudget budget)
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var identifiers = new List<string>();
        foreach (var node in nodes)
        {
            budget.Visit();
            if (node.TID is { } identifier && CaptureTypes.CapturableNodeTypes.Contains(node.Type) && seen.Add(identifier))
            {
                budget.Collect();
                identifiers.Add(identifier);
            }
        }

        return identifiers;
    }
}
