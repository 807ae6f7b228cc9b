using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>E: the edges of a graph.</summary>
/// <param name="Names">Identifiers of the edges that are wanted; none for all.</param>
/// <param name="Filter">The condition; null for none.</param>
internal sealed record EdgesStep(IReadOnlyList<ElementName> Names, Filter? Filter) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Edges;

    /// <inheritdoc/>
    public override string? ExplainStart(IGraphView view) => Names.Count > 0 ? "identifiers"
        : view is GraphSnapshot live && live.CountEdgeCandidates(Filter) is { } count ? $"index, {count} of {view.EdgeCount} edges" : $"all {view.EdgeCount} edges";

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var view = ((GraphTraversal)input).View;
        if (Names.Count == 0)
        {
            return new EdgeTraversal(view, view.GetEdges(Filter)) { KnownCount = Filter is null ? view.EdgeCount : -1 };
        }

        var edges = new List<Edge>(Names.Count);
        foreach (var (id, span) in Names)
        {
            int before = edges.Count;
            edges.AddRange(view.GetEdgeRevisions(id));
            if (edges.Count == before)
            {
                throw Diagnostics.Plain(context.Text, GremlinErrorReason.NotFound, span, $"Edge '{Diagnostics.Printable(id)}' does not exist");
            }
        }

        return new EdgeTraversal(view, Filter is null ? edges : edges.Where(Filter.Matches));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"E({string.Join(", ", Names.Select(static name => name.Id))})[{FilterText.Describe(Filter)}]";
}
