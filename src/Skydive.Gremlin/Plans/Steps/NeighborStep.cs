using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Out, In, Both: the nodes at the other ends of a node's edges, once for each edge.</summary>
/// <param name="Direction">Which edges are followed.</param>
/// <param name="Filter">The condition on the nodes that are reached; null for none.</param>
internal sealed record NeighborStep(EdgeDirection Direction, Filter? Filter) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Nodes;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var nodes = (NodeTraversal)input;
        if (nodes.View is GraphSnapshot live)
        {
            var start = nodes.Items as SnapshotNodes ?? live.StartFrom(nodes.Items, context.Budget.VisitMany);
            return new NodeTraversal(live, start.Walk(Direction, Filter));
        }

        return new NodeTraversal(nodes.View, Follow(nodes.View, nodes.Items, context.Budget));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"{Direction}[{FilterText.Describe(Filter)}]";

    private IEnumerable<Node> Follow(IGraphView view, IEnumerable<Node> nodes, QueryBudget budget)
    {
        foreach (var node in nodes)
        {
            foreach (var edge in view.GetEdges(node, Direction))
            {
                foreach (var neighbor in Neighbors.Across(view, edge, node))
                {
                    budget.Visit();
                    if (Filter is null || Filter.Matches(neighbor))
                    {
                        yield return neighbor;
                    }
                }
            }
        }
    }
}
