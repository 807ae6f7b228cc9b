using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>V: the nodes of a graph.</summary>
/// <param name="Names">Identifiers of the nodes that are wanted; none for all.</param>
/// <param name="Filter">The condition; null for none.</param>
internal sealed record VerticesStep(IReadOnlyList<ElementName> Names, Filter? Filter) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Nodes;

    /// <summary>What is said of the nodes, their identifiers among it.</summary>
    public Filter? Condition => Names.Count == 0 ? Filter : new WithinFilter("@ID", [.. Names.Select(static name => (Contracts.Metadata.MetadataValue)name.Id)]);

    /// <inheritdoc/>
    public override string? ExplainStart(IGraphView view) => Names.Count > 0 ? "identifiers"
        : view is GraphSnapshot live && live.CountCandidates(Filter) is { } count ? $"index, {count} of {view.NodeCount} nodes" : $"all {view.NodeCount} nodes";

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var view = ((GraphTraversal)input).View;
        if (Names.Count == 0)
        {
            return new NodeTraversal(view, view is GraphSnapshot live ? live.SelectNodes(Filter, context.Budget.VisitMany) : view.GetNodes(Filter));
        }

        var nodes = new List<Node>(Names.Count);
        foreach (var (id, span) in Names)
        {
            int before = nodes.Count;
            nodes.AddRange(view.GetNodeRevisions(id));
            if (nodes.Count == before)
            {
                throw Diagnostics.Plain(context.Text, GremlinErrorReason.NotFound, span, $"Node '{Diagnostics.Printable(id)}' does not exist");
            }
        }

        return new NodeTraversal(view, Filter is null ? nodes : nodes.Where(Filter.Matches));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"V({string.Join(", ", Names.Select(static name => name.Id))})[{FilterText.Describe(Filter)}]";
}
