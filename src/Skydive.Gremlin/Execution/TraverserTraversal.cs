using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>A sequence of nodes or edges with the ways on which they were reached.</summary>
internal sealed class TraverserTraversal : ElementTraversal<Traverser>
{
    /// <summary>Makes the sequence.</summary>
    /// <param name="view">The graph to which they belong.</param>
    /// <param name="kind">Nodes or edges.</param>
    /// <param name="items">The nodes or edges.</param>
    public TraverserTraversal(IGraphView view, GremlinKind kind, IEnumerable<Traverser> items)
        : base(view, items) => Kind = kind;

    /// <inheritdoc/>
    public override GremlinKind Kind { get; }

    /// <summary>The same without the ways.</summary>
    public ElementTraversal ToElements() => Kind == GremlinKind.Nodes
        ? new NodeTraversal(View, Items.Select(static item => (Node)item.Element))
        : new EdgeTraversal(View, Items.Select(static item => (Edge)item.Element));

    /// <summary>One of them without its way: tests look at the graph around it, not at where it comes from.</summary>
    public override ElementTraversal Single(IFieldSource element) => ((Traverser)element).Element switch
    {
        Node node => new NodeTraversal(View, [node]),
        var edge => new EdgeTraversal(View, [(Edge)edge]),
    };

    /// <inheritdoc/>
    protected override ElementTraversal With(IEnumerable<Traverser> items) => new TraverserTraversal(View, Kind, items);

    /// <inheritdoc/>
    protected override string Identity(Traverser item) => item.Element.Id;
}
