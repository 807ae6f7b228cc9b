using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Sort: the elements in the order of a field.</summary>
/// <param name="Kind">What stands before it.</param>
/// <param name="Key">The field.</param>
/// <param name="Descending">From large to small.</param>
internal sealed record SortStep(GremlinKind Kind, FieldPath Key, bool Descending) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => Kind;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) => ((ElementTraversal)input).OrderBy(Key, Descending, context.Budget);

    /// <inheritdoc/>
    protected override string Describe() => $"Sort({(Descending ? "DESC" : "ASC")}, {Key})";
}
