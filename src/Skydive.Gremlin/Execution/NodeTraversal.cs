using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>A sequence of nodes.</summary>
internal sealed class NodeTraversal : ElementTraversal<Node>
{
    /// <summary>Makes the sequence.</summary>
    /// <param name="view">The graph to which the nodes belong.</param>
    /// <param name="items">The nodes.</param>
    public NodeTraversal(IGraphView view, IEnumerable<Node> items)
        : base(view, items)
    {
    }

    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.Nodes;

    /// <inheritdoc/>
    public override long Count(QueryBudget budget) => Items is SnapshotNodes live ? live.Count() : base.Count(budget);

    /// <inheritdoc/>
    public override ElementTraversal Where(Filter filter, QueryBudget budget) => Items is SnapshotNodes live ? With(live.Where(filter)) : base.Where(filter, budget);

    /// <inheritdoc/>
    protected override ElementTraversal With(IEnumerable<Node> items) => new NodeTraversal(View, items);

    /// <inheritdoc/>
    protected override string Identity(Node item) => item.Id;
}
