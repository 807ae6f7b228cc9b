using Skydive.Contracts.Metadata;

namespace Skydive.Gremlin.Execution;

/// <summary>One value.</summary>
/// <param name="value">The value.</param>
internal sealed class ScalarTraversal(MetadataValue value) : Traversal
{
    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.Value;

    /// <summary>The value.</summary>
    public MetadataValue Value { get; } = value;
}
