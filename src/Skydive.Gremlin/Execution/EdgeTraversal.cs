using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>A sequence of edges.</summary>
internal sealed class EdgeTraversal : ElementTraversal<Edge>
{
    /// <summary>Makes the sequence.</summary>
    /// <param name="view">The graph to which the edges belong.</param>
    /// <param name="items">The edges.</param>
    public EdgeTraversal(IGraphView view, IEnumerable<Edge> items)
        : base(view, items)
    {
    }

    /// <summary>How many there are, where that is known without looking at them; -1 where it is not.</summary>
    public int KnownCount { get; init; } = -1;

    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.Edges;

    /// <inheritdoc/>
    public override long Count(QueryBudget budget) => KnownCount >= 0 ? KnownCount : base.Count(budget);

    /// <inheritdoc/>
    protected override ElementTraversal With(IEnumerable<Edge> items) => new EdgeTraversal(View, items);

    /// <inheritdoc/>
    protected override string Identity(Edge item) => item.Id;
}
