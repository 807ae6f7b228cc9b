using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>A sequence of paths.</summary>
/// <param name="view">The graph in which they lie.</param>
/// <param name="items">The paths, each a list of nodes, and edges where the walk stopped at them, from start to target.</param>
internal sealed class PathTraversal(IGraphView view, IEnumerable<IReadOnlyList<GraphElement>> items) : SequenceTraversal, IDistinguishable
{
    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.Paths;

    /// <summary>The graph in which they lie.</summary>
    public IGraphView View { get; } = view;

    /// <summary>The paths.</summary>
    public IEnumerable<IReadOnlyList<GraphElement>> Items { get; } = items;

    /// <summary>The nodes of all paths, one path after the other.</summary>
    public IEnumerable<Node> Nodes => Items.SelectMany(static path => path.OfType<Node>());

    /// <inheritdoc/>
    public override bool Any() => Items.Any();

    /// <inheritdoc/>
    public override long Count(QueryBudget budget) => Count(Items, budget);

    /// <inheritdoc/>
    public override PathTraversal Slice(int skip, int take) => new(View, Slice(Items, skip, take));

    /// <summary>The nodes of all paths, each once, as in Skydive.</summary>
    /// <param name="budget">What it may use up.</param>
    public Traversal Distinct(QueryBudget budget) => new NodeTraversal(View, DistinctBy(Nodes, static node => node.Id, StringComparer.Ordinal, budget));
}
