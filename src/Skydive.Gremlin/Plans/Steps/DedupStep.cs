using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Dedup: one of those that are alike, the first.</summary>
/// <param name="Kind">What stands before it.</param>
/// <param name="Keys">What makes elements alike; none for their identity.</param>
internal sealed record DedupStep(GremlinKind Kind, IReadOnlyList<FieldPath> Keys) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => Kind == GremlinKind.Paths ? GremlinKind.Nodes : Kind;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) => Keys.Count == 0
        ? ((IDistinguishable)input).Distinct(context.Budget)
        : ((ElementTraversal)input).DistinctBy(Keys, context.Budget);

    /// <inheritdoc/>
    protected override string Describe() => $"Dedup({string.Join(", ", Keys)})";
}
