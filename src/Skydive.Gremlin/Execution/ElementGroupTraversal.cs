using Skydive.Contracts.Metadata;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>Nodes, edges or flows by a value that they have in common.</summary>
/// <param name="view">The graph to which they belong.</param>
/// <param name="groups">The groups.</param>
internal sealed class ElementGroupTraversal(IGraphView view, IEnumerable<GremlinGroup<IFieldSource>> groups) : GroupedTraversal<IFieldSource>(view, groups)
{
    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.Groups;

    /// <inheritdoc/>
    public override ElementGroupTraversal With(IEnumerable<GremlinGroup<IFieldSource>> groups) => new(View, groups);
}
