using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>G: the graph, live or at the time of the context.</summary>
internal sealed record GraphStep : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Graph;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) => new GraphTraversal(context.Root);

    /// <inheritdoc/>
    protected override string Describe() => "G";
}
