using Skydive.Contracts.Metadata;

namespace Skydive.Gremlin.Execution;

/// <summary>A sequence of values.</summary>
/// <param name="items">The values.</param>
internal sealed class ValueTraversal(IEnumerable<MetadataValue> items) : SequenceTraversal, IDistinguishable
{
    /// <inheritdoc/>
    public override GremlinKind Kind => GremlinKind.Values;

    /// <summary>The values.</summary>
    public IEnumerable<MetadataValue> Items { get; } = items;

    /// <inheritdoc/>
    public override long Count(QueryBudget budget) => Count(Items, budget);

    /// <inheritdoc/>
    public override ValueTraversal Slice(int skip, int take) => new(Slice(Items, skip, take));

    /// <inheritdoc/>
    public Traversal Distinct(QueryBudget budget) =>
        new ValueTraversal(DistinctBy(Items, static value => value, EqualityComparer<MetadataValue>.Default, budget));
}
