using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Paths;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// ShortestPathTo: for each node a shortest path, or a lightest one where edges have weights, to the nearest node that meets a condition, whatever the direction of the edges. Nodes from
/// which none can be reached are left out.
/// </summary>
/// <param name="Target">The condition on the target.</param>
/// <param name="EdgeFilter">The condition on the edges; null for none.</param>
/// <param name="Weight">The field that says how much an edge weighs, 1 where it is missing, and where its name stands in the query; null when each edge weighs the same.</param>
internal sealed record ShortestPathStep(Filter Target, Filter? EdgeFilter, ElementName? Weight) : SynchronousStep
{
    private readonly FieldPath? _weight = Weight is { } name ? FieldPath.Parse(name.Id) : null;

    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Paths;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var nodes = (NodeTraversal)input;
        return new PathTraversal(nodes.View, _weight is null ? Find(nodes, context.Budget) : FindLightest(nodes, _weight, context));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"ShortestPathTo[{FilterText.Describe(Target)}; {FilterText.Describe(EdgeFilter)}{(_weight is null ? string.Empty : $"; weight {_weight}")}]";

    private IEnumerable<IReadOnlyList<Node>> FindLightest(NodeTraversal nodes, FieldPath key, QueryContext context)
    {
        double Weigh(Edge edge) => LightestPathFinder.TryWeigh(edge, key, out double weight) ? weight : throw Diagnostics.Error(
            context.Text,
            GremlinErrorReason.InvalidArgument,
            Weight!.Value.Span,
            $"only numbers from 0 can be weights, which '{Diagnostics.Printable(key.Text)}' of edge '{Diagnostics.Printable(edge.Id)}' is not, asked for");

        var finder = new LightestPathFinder(nodes.View, nodes.View.GetNodes(Target), EdgeFilter, Weigh, context.Budget);
        foreach (var start in nodes.Items)
        {
            context.Budget.Visit();
            if (finder.Find(start) is { } path)
            {
                yield return path;
            }
        }
    }

    private IEnumerable<IReadOnlyList<Node>> Find(NodeTraversal nodes, QueryBudget budget)
    {
        var finder = new PathFinder(nodes.View, nodes.View.GetNodes(Target), EdgeFilter, budget.VisitMany);
        foreach (var start in nodes.Items)
        {
            budget.Visit();
            if (finder.Find(start) is { } path)
            {
                yield return path;
            }
        }
    }
}
