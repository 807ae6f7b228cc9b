using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Tail: the last few.</summary>
/// <param name="Kind">What stands before it.</param>
/// <param name="Number">How many at most.</param>
internal sealed record TailStep(GremlinKind Kind, int Number) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => Kind;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) =>
        input is ValueTraversal values ? values.Last(Number, context.Budget) : ((ElementTraversal)input).Last(Number, context.Budget);

    /// <inheritdoc/>
    protected override string Describe() => $"Tail({Number})";
}
