using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>OutE, InE, BothE: the edges of nodes.</summary>
/// <param name="Direction">Which edges.</param>
/// <param name="Filter">The condition on the edges; null for none.</param>
internal sealed record IncidentEdgesStep(EdgeDirection Direction, Filter? Filter) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Edges;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var nodes = (NodeTraversal)input;
        return new EdgeTraversal(nodes.View, Follow(nodes.View, nodes.Items, context.Budget));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"{Direction}E[{FilterText.Describe(Filter)}]";

    private IEnumerable<Edge> Follow(IGraphView view, IEnumerable<Node> nodes, QueryBudget budget)
    {
        foreach (var node in nodes)
        {
            foreach (var edge in view.GetEdges(node, Direction))
            {
                budget.Visit();
                if (Filter is null || Filter.Matches(edge))
                {
                    yield return edge;
                }
            }
        }
    }
}
