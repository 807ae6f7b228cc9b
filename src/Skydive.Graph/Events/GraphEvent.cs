using Skydive.Contracts.Topology;

namespace Skydive.Graph.Events;

/// <summary>One change of one element. Immutable; one object goes to every subscriber.</summary>
public sealed class GraphEvent
{
    private IReadOnlyList<MetadataOperation>? _operations;
    private object? _rendered;

    internal GraphEvent(GraphEventKind kind, GraphElement element, GraphElement? previous)
    {
        Kind = kind;
        Element = element;
        Previous = previous;
    }

    /// <summary>What happened.</summary>
    public GraphEventKind Kind { get; }

    /// <summary>The element as it is now; as it was last, with <see cref="GraphElement.DeletedAt"/> set, when it was deleted.</summary>
    public GraphElement Element { get; }

    /// <summary>The element as it was before; null when it was added.</summary>
    public GraphElement? Previous { get; }

    /// <summary>The node; null when the event is about an edge.</summary>
    public Node? Node => Element as Node;

    /// <summary>The edge; null when the event is about a node.</summary>
    public Edge? Edge => Element as Edge;

    /// <summary>For an update, what changed in the metadata; empty otherwise. Found out at the first call and kept.</summary>
    public IReadOnlyList<MetadataOperation> Operations => _operations ??=
        Kind is GraphEventKind.NodeUpdated or GraphEventKind.EdgeUpdated && Previous is not null
            ? MetadataOperation.Between(Previous.Metadata, Element.Metadata)
            : [];

    /// <summary>
    /// What one who passes events on has made of this one, once for all whom he tells; null before. It goes with the event, which a table beside it could do only at
    /// the cost of every garbage collection.
    /// </summary>
    public ref object? Rendered => ref _rendered;

    /// <inheritdoc/>
    public override string ToString() => $"{Kind} {Element}";
}
