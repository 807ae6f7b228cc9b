using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Steps that are run so that of each node or edge the way is known on which it was reached.</summary>
/// <param name="Steps">The steps; none is fine.</param>
/// <param name="Path">Yields the ways; null when the nodes or edges themselves are wanted.</param>
internal sealed record TrackedStep(IReadOnlyList<PlanStep> Steps, PathStep? Path) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => Path?.Output ?? Steps[^1].Output;

    /// <inheritdoc/>
    public override PlanStep Optimized() => new TrackedStep(Optimizer.OptimizeNested(Steps), (PathStep?)Path?.Optimized());

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var elements = (ElementTraversal)input;
        var start = new TraverserTraversal(elements.View, elements.Kind, elements.Elements.Select(static element => new Traverser((GraphElement)element, null)));
        var result = Tracking.Run(Steps, start, context);
        return Path?.Read(result, context) ?? result.ToElements();
    }

    /// <inheritdoc/>
    protected override string Describe() => $"Tracked[{string.Join(" | ", Path is null ? Steps : [.. Steps, Path])}]";
}
