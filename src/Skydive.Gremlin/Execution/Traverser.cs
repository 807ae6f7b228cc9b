using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Gremlin.Execution;

/// <summary>A node or edge and the way on which it was reached.</summary>
/// <param name="element">The node or edge.</param>
/// <param name="previous">The one before it; null for the first.</param>
internal sealed class Traverser(GraphElement element, Traverser? previous) : IFieldSource
{
    /// <summary>The node or edge.</summary>
    public GraphElement Element => element;

    /// <summary>Whether no node or edge occurs on the way twice.</summary>
    public bool IsSimple
    {
        get
        {
            var seen = new HashSet<string>(StringComparer.Ordinal);
            for (var step = this; step is not null; step = step.Previous)
            {
                if (!seen.Add(step.Element.Id))
                {
                    return false;
                }
            }

            return true;
        }
    }

    private Traverser? Previous => previous;

    /// <summary>The way, from the first to this.</summary>
    public GraphElement[] ToPath()
    {
        int length = 0;
        for (var step = this; step is not null; step = step.Previous)
        {
            length++;
        }

        var path = new GraphElement[length];
        for (var step = this; step is not null; step = step.Previous)
        {
            path[--length] = step.Element;
        }

        return path;
    }

    /// <inheritdoc/>
    public bool TryGetField(FieldPath path, out MetadataValue value) => element.TryGetField(path, out value);
}
