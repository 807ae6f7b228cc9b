using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// Descendants, Ascendants, Neighbors: the nodes and all that can be reached from them along some edges, each once, near ones first.
/// </summary>
/// <param name="Direction">Which edges are followed.</param>
/// <param name="Filter">The condition on the edges.</param>
/// <param name="Depth">How many edges are followed in a row at most.</param>
internal sealed record HierarchyStep(EdgeDirection Direction, Filter Filter, int Depth) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Nodes;

    /// <summary>The nodes at the other ends of the edges that are followed from a node.</summary>
    /// <param name="view">The graph.</param>
    /// <param name="node">The node.</param>
    /// <param name="budget">What it may use up.</param>
    public IEnumerable<Node> Step(IGraphView view, Node node, QueryBudget budget)
    {
        foreach (var edge in view.GetEdges(node, Direction))
        {
            budget.Visit();
            if (!Filter.Matches(edge))
            {
                continue;
            }

            foreach (var reached in Neighbors.Across(view, edge, node))
            {
                yield return reached;
            }
        }
    }

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var nodes = (NodeTraversal)input;
        return new NodeTraversal(nodes.View, Follow(nodes.View, nodes.Items, context.Budget));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"Reach{Direction}({Depth})[{FilterText.Describe(Filter)}]";

    private IEnumerable<Node> Follow(IGraphView view, IEnumerable<Node> nodes, QueryBudget budget)
    {
        var seen = new HashSet<(string Id, long Revision)>();
        var frontier = new List<Node>();
        foreach (var node in nodes)
        {
            budget.Visit();
            if (seen.Add((node.Id, node.Revision)))
            {
                budget.Collect();
                frontier.Add(node);
                yield return node;
            }
        }

        for (int depth = 0; depth < Depth && frontier.Count > 0; depth++)
        {
            var next = new List<Node>();
            foreach (var node in frontier)
            {
                foreach (var reached in Step(view, node, budget))
                {
                    if (seen.Add((reached.Id, reached.Revision)))
                    {
                        budget.Collect();
                        next.Add(reached);
                        yield return reached;
                    }
                }
            }

            frontier = next;
        }
    }
}
