using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// OutV, InV, BothV: the nodes at the ends of edges. As in Skydive, OutV is the child and InV the parent, the reverse of TinkerPop.
/// </summary>
/// <param name="Direction">Out for the child, In for the parent, Both for the parent and then the child.</param>
/// <param name="Filter">The condition on the nodes; null for none.</param>
internal sealed record EdgeEndsStep(EdgeDirection Direction, Filter? Filter) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Nodes;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var edges = (EdgeTraversal)input;
        var ends = edges.View is GraphSnapshot live ? FollowLive(live, edges.Items, context.Budget) : Follow(edges.View, edges.Items, context.Budget);
        return new NodeTraversal(edges.View, ends);
    }

    /// <inheritdoc/>
    protected override string Describe() => $"{Direction}V[{FilterText.Describe(Filter)}]";

    private IEnumerable<Node> Follow(IGraphView view, IEnumerable<Edge> edges, QueryBudget budget)
    {
        foreach (var edge in edges)
        {
            var ends = Direction switch
            {
                EdgeDirection.Out => view.GetChildren(edge),
                EdgeDirection.In => view.GetParents(edge),
                _ => view.GetParents(edge).Concat(view.GetChildren(edge)),
            };
            foreach (var node in ends)
            {
                budget.Visit();
                if (Filter is null || Filter.Matches(node))
                {
                    yield return node;
                }
            }
        }
    }

    /// <summary>The same as <see cref="Follow"/> where an edge has one node at each end.</summary>
    private IEnumerable<Node> FollowLive(GraphSnapshot live, IEnumerable<Edge> edges, QueryBudget budget)
    {
        foreach (var edge in edges)
        {
            budget.Visit();
            if ((Direction & EdgeDirection.In) != 0 && live.GetParent(edge) is { } parent && (Filter is null || Filter.Matches(parent)))
            {
                yield return parent;
            }

            if ((Direction & EdgeDirection.Out) != 0 && live.GetChild(edge) is { } child && (Filter is null || Filter.Matches(child)))
            {
                yield return child;
            }
        }
    }
}
