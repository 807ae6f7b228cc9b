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

    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.Edges;

    /// <inheritdoc/>
    protected override ElementTraversal With(IEnumerable<Edge> items) => new EdgeTraversal(View, items);

    /// <inheritdoc/>
    protected override string Identity(Edge item) => item.Id;
}
