using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Limit, Range: a part of a sequence.</summary>
/// <param name="Kind">What stands before it.</param>
/// <param name="Skip">How many of the first are left out.</param>
/// <param name="Take">How many follow at most.</param>
internal sealed record SliceStep(GremlinKind Kind, int Skip, int Take) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => Kind;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) => ((SequenceTraversal)input).Slice(Skip, Take);

    /// <inheritdoc/>
    protected override string Describe() => $"Slice({Skip}, {Take})";
}
