using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Tests;

/// <summary>A test is not passed.</summary>
/// <param name="Test">The test.</param>
internal sealed record NegatedTest(ElementTest Test) : ElementTest
{
    /// <inheritdoc/>
    public override Filter? AsFilter => Test.AsFilter is { } filter ? new NotFilter(filter) : null;

    /// <inheritdoc/>
    public override bool ReadsGraph => Test.ReadsGraph;

    /// <inheritdoc/>
    public override bool Matches(ElementTraversal owner, IFieldSource element, QueryContext context) => !Test.Matches(owner, element, context);

    /// <inheritdoc/>
    public override ElementTest Optimized() => new NegatedTest(Test.Optimized());

    /// <inheritdoc/>
    protected override string Describe() => $"not ({Test})";
}
