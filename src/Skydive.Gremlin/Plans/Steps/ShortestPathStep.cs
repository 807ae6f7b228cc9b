using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Paths;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// ShortestPathTo: for each node a shortest path to the nearest node that meets a condition, whatever the direction of the edges. Nodes from
/// which none can be reached are left out.
/// </summary>
/// <param name="Target">The condition on the target.</param>
/// <param name="EdgeFilter">The condition on the edges; null for none.</param>
internal sealed record ShortestPathStep(Filter Target, Filter? EdgeFilter) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Paths;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var nodes = (NodeTraversal)input;
        return new PathTraversal(nodes.View, Find(nodes, context.Budget));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"ShortestPathTo[{FilterText.Describe(Target)}; {FilterText.Describe(EdgeFilter)}]";

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
