using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Select: the nodes that As has kept, one name after the other, duplicates included.</summary>
/// <param name="Names">The names.</param>
internal sealed record SelectStep(IReadOnlyList<string> Names) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Nodes;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var lists = Names.Select(name => context.Kept(name)).ToArray();
        return new NodeTraversal(((NodeTraversal)input).View, lists.SelectMany(static list => list));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"Select({string.Join(", ", Names)})";
}
