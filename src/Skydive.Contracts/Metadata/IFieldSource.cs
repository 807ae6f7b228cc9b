namespace Skydive.Contracts.Metadata;

/// <summary>Something whose fields filters and queries ask for by name: a node, an edge, a flow.</summary>
public interface IFieldSource
{
    /// <summary>Finds a field.</summary>
    /// <param name="path">The field's name.</param>
    /// <param name="value">The value; one of several possible values is given as a list.</param>
    /// <returns>False when the element has no such field.</returns>
    bool TryGetField(FieldPath path, out MetadataValue value);
}
