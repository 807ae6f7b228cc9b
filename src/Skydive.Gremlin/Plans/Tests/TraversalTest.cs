using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Tests;

/// <summary>Steps from the element on yield something.</summary>
/// <param name="Plan">The steps.</param>
internal sealed record TraversalTest(Subplan Plan) : ElementTest
{
    /// <inheritdoc/>
    public override Filter? AsFilter => Plan.AsFilter;

    /// <inheritdoc/>
    public override bool ReadsGraph => Plan.ReadsGraph;

    /// <inheritdoc/>
    public override bool Matches(ElementTraversal owner, IFieldSource element, QueryContext context) => Plan.HasAny(owner.Single(element), context);

    /// <inheritdoc/>
    public override ElementTest Optimized() => new TraversalTest(Plan.Optimized());

    /// <inheritdoc/>
    protected override string Describe() => Plan.ToString();
}
