using Skydive.Contracts.Flows;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>Packets by the flow to which they belong.</summary>
/// <param name="view">The graph to which the flows belong.</param>
/// <param name="groups">The packets of each flow in their order.</param>
internal sealed class RawPacketTraversal(IGraphView view, IEnumerable<GremlinGroup<RawPacket>> groups) : GroupedTraversal<RawPacket>(view, groups)
{
    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.RawPackets;

    /// <inheritdoc/>
    public override RawPacketTraversal With(IEnumerable<GremlinGroup<RawPacket>> groups) => new(View, groups);
}
