using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// Path: the way to each node or edge, from the first of the walk on; with By, what it finds of each of them, in a list. Runs inside of
/// <see cref="TrackedStep"/>.
/// </summary>
/// <param name="Kind">What the elements are.</param>
/// <param name="By">What By says; null for nodes and edges themselves.</param>
internal sealed record PathStep(GremlinKind Kind, ByModulator? By) : PlanStep, IModulated
{
    /// <inheritdoc/>
    public override GremlinKind Output => By is null ? GremlinKind.Paths : GremlinKind.Values;

    /// <inheritdoc/>
    public GremlinKind ElementKind => Kind;

    /// <inheritdoc/>
    public override bool ReadsGraph => By is { ReadsGraph: true };

    /// <inheritdoc/>
    public PlanStep? With(ByModulator by) => By is null ? this with { By = by } : null;

    /// <inheritdoc/>
    public override PlanStep Optimized() => this with { By = By?.Optimized() };

    /// <summary>The ways.</summary>
    /// <param name="elements">The nodes or edges with their ways.</param>
    /// <param name="context">What the steps of the run share.</param>
    public Traversal Read(TraverserTraversal elements, QueryContext context) =>
        By is null ? new PathTraversal(elements.View, elements.Items.Select(static item => item.ToPath())) : new ValueTraversal(ReadValues(elements, By, context));

    /// <inheritdoc/>
    public override ValueTask<Traversal> ExecuteAsync(Traversal? input, QueryContext context) => throw new InvalidOperationException("Path outside of tracked steps");

    /// <inheritdoc/>
    protected override string Describe() => By is null ? "Path" : $"Path({By})";

    private static IEnumerable<MetadataValue> ReadValues(TraverserTraversal elements, ByModulator by, QueryContext context)
    {
        foreach (var item in elements.Items)
        {
            var values = new List<MetadataValue>();
            foreach (var element in item.ToPath())
            {
                context.Budget.Visit();
                values.Add(by.TryRead(elements, new Traverser(element, null), context, out var value) ? value : default);
            }

            yield return MetadataValue.List(values);
        }
    }
}
