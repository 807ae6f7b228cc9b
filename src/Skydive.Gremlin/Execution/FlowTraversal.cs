using Skydive.Contracts.Flows;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>A sequence of flows.</summary>
internal sealed class FlowTraversal : ElementTraversal<Flow>
{
    /// <summary>Makes the sequence.</summary>
    /// <param name="view">The graph to which the flows belong.</param>
    /// <param name="items">The flows.</param>
    public FlowTraversal(IGraphView view, IEnumerable<Flow> items)
        : base(view, items)
    {
    }

    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.Flows;

    /// <inheritdoc/>
    protected override ElementTraversal With(IEnumerable<Flow> items) => new FlowTraversal(View, items);

    /// <inheritdoc/>
    protected override string Identity(Flow item) => item.TrackingID;
}
