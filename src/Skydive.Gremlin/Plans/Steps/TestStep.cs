using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Plans.Tests;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Where, And, Or, Not: the elements that pass a test.</summary>
/// <param name="Kind">What they are.</param>
/// <param name="Test">The test.</param>
internal sealed record TestStep(GremlinKind Kind, ElementTest Test) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => Kind;

    /// <inheritdoc/>
    public override bool ReadsGraph => Test.ReadsGraph;

    /// <inheritdoc/>
    public override PlanStep Optimized()
    {
        var test = Test.Optimized();
        return test.AsFilter is { } filter ? new FilterStep(Kind, filter) : new TestStep(Kind, test);
    }

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var elements = (ElementTraversal)input;
        return elements.Where(element => Test.Matches(elements, element, context), context.Budget);
    }

    /// <inheritdoc/>
    protected override string Describe() => $"Where[{Test}]";
}
