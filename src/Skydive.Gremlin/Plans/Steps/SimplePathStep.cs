using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>SimplePath: those on whose way no node and no edge occurs twice. Runs inside of <see cref="TrackedStep"/>.</summary>
/// <param name="Kind">What they are.</param>
internal sealed record SimplePathStep(GremlinKind Kind) : PlanStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => Kind;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    public override bool CanBeNested => true;

    /// <inheritdoc/>
    public override ValueTask<Traversal> ExecuteAsync(Traversal? input, QueryContext context) => throw new InvalidOperationException("SimplePath outside of tracked steps");

    /// <inheritdoc/>
    protected override string Describe() => "SimplePath";
}
