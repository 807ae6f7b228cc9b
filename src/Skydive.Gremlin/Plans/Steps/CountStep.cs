using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Count: how many there are.</summary>
internal sealed record CountStep : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Value;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) => new ScalarTraversal(((SequenceTraversal)input).Count(context.Budget));

    /// <inheritdoc/>
    protected override string Describe() => "Count";
}
