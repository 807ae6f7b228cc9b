using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>A graph.</summary>
/// <param name="view">The graph.</param>
internal sealed class GraphTraversal(IGraphView view) : Traversal
{
    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.Graph;

    /// <summary>The graph.</summary>
    public IGraphView View { get; } = view;
}
