using Skydive.Contracts.Queries;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// SubGraph: of nodes and paths, the nodes and the edges among them; of edges, the edges and the nodes at their ends.
/// </summary>
/// <param name="Filter">The condition on the edges; null for none.</param>
internal sealed record SubGraphStep(Filter? Filter) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Graph;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var builder = new SubGraphBuilder(context.Budget);
        switch (input)
        {
            case NodeTraversal nodes:
                builder.AddNodesWithEdges(nodes.View, nodes.Items, Filter);
                return new GraphTraversal(builder.Build(nodes.View.Slice));
            case PathTraversal paths:
                builder.AddNodesWithEdges(paths.View, paths.Nodes, Filter);
                return new GraphTraversal(builder.Build(paths.View.Slice));
            case EdgeTraversal edges:
                builder.AddEdgesWithNodes(edges.View, Filter is null ? edges.Items : edges.Items.Where(Filter.Matches));
                return new GraphTraversal(builder.Build(edges.View.Slice));
            default:
                throw new InvalidOperationException($"SubGraph on {input.Kind}");
        }
    }

    /// <inheritdoc/>
    protected override string Describe() => $"SubGraph[{FilterText.Describe(Filter)}]";
}
