using Skydive.Contracts.Metadata;

namespace Skydive.Gremlin.Execution;

/// <summary>A value as an element with one field, so that conditions can be asked about it.</summary>
internal sealed class ValueSource : IFieldSource
{
    /// <summary>The field's name.</summary>
    public const string Key = "";

    /// <summary>The value.</summary>
    public MetadataValue Value { get; set; }

    /// <inheritdoc/>
    public bool TryGetField(FieldPath path, out MetadataValue value)
    {
        value = Value;
        return true;
    }
}
