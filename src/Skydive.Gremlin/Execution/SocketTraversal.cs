using Skydive.Contracts.Metadata;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>Sockets by the node on which, or the flow for which, they are open.</summary>
/// <param name="view">The graph to which the nodes belong.</param>
/// <param name="groups">The sockets.</param>
internal sealed class SocketTraversal(IGraphView view, IEnumerable<GremlinGroup<MetadataMap>> groups) : GroupedTraversal<MetadataMap>(view, groups)
{
    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.Sockets;

    /// <inheritdoc/>
    public override SocketTraversal With(IEnumerable<GremlinGroup<MetadataMap>> groups) => new(View, groups);
}
