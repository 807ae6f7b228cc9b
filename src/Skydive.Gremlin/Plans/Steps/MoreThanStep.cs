using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>MoreThan: the groups that have more elements than a number.</summary>
/// <param name="Number">The number.</param>
internal sealed record MoreThanStep(int Number) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Groups;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var groups = (GroupedTraversal<IFieldSource>)input;
        return groups.With(groups.Groups.Where(group => group.Items.Count > Number));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"MoreThan({Number})";
}
