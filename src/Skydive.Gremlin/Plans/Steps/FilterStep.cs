using Skydive.Contracts.Queries;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Has, HasNot, HasKey, HasEither: the elements that meet a condition.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Filter">The condition.</param>
internal sealed record FilterStep(GremlinKind Kind, Filter Filter) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => Kind;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) => ((IFilterable)input).Where(Filter, context.Budget);

    /// <inheritdoc/>
    protected override string Describe() => $"Has[{FilterText.Describe(Filter)}]";
}
