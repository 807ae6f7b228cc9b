using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Is: the values that meet a condition; a single value is kept or left out.</summary>
/// <param name="Filter">The condition on <see cref="ValueSource.Key"/>.</param>
internal sealed record IsStep(Filter Filter) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Values;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) =>
        new ValueTraversal(Choose(input is ScalarTraversal scalar ? [scalar.Value] : ((ValueTraversal)input).Items, context.Budget));

    /// <inheritdoc/>
    protected override string Describe() => $"Is[{FilterText.Describe(Filter)}]";

    private IEnumerable<MetadataValue> Choose(IEnumerable<MetadataValue> values, QueryBudget budget)
    {
        var source = new ValueSource();
        foreach (var value in values)
        {
            budget.Visit();
            source.Value = value;
            if (Filter.Matches(source))
            {
                yield return value;
            }
        }
    }
}
