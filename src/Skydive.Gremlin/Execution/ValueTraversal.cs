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
    public override bool Any() => Items.Any();

    /// <inheritdoc/>
    public override long Count(QueryBudget budget) => Count(Items, budget);

    /// <inheritdoc/>
    public override ValueTraversal Slice(int skip, int take) => new(Slice(Items, skip, take));

    /// <summary>The values in their order.</summary>
    public ValueTraversal OrderBy(bool descending, QueryBudget budget) => new(Order(Items, descending, budget));

    /// <summary>The last values.</summary>
    public ValueTraversal Last(int count, QueryBudget budget) => new(Last(Items, count, budget));

    /// <inheritdoc/>
    public Traversal Distinct(QueryBudget budget) =>
        new ValueTraversal(DistinctBy(Items, static value => value, EqualityComparer<MetadataValue>.Default, budget));

    private static IEnumerable<MetadataValue> Order(IEnumerable<MetadataValue> items, bool descending, QueryBudget budget)
    {
        var values = new List<MetadataValue>();
        foreach (var value in items)
        {
            budget.Collect();
            values.Add(value);
        }

        foreach (var value in descending ? values.OrderDescending(MetadataOrder.Instance) : values.Order(MetadataOrder.Instance))
        {
            yield return value;
        }
    }
}
