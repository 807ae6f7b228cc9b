using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// Order: the elements in the order of what each By says, the first of which decides, then the next; values by themselves. Those that are alike
/// stay in order, those that lack a value come last.
/// </summary>
/// <param name="Kind">What they are.</param>
/// <param name="Keys">What each By says; none for the values themselves, or for the default field of elements.</param>
/// <param name="Default">The field that counts without By.</param>
internal sealed record OrderStep(GremlinKind Kind, IReadOnlyList<ByModulator> Keys, FieldPath Default) : SynchronousStep, IModulated
{
    private const int MaximumKeys = 16;

    /// <inheritdoc/>
    public override GremlinKind Output => Kind;

    /// <inheritdoc/>
    public GremlinKind ElementKind => Kind;

    /// <inheritdoc/>
    public override bool ReadsGraph => Keys.Any(static key => key.ReadsGraph);

    /// <inheritdoc/>
    public PlanStep? With(ByModulator by) => Keys.Count < MaximumKeys ? this with { Keys = [.. Keys, by] } : null;

    /// <inheritdoc/>
    public override PlanStep Optimized() => Kind == GremlinKind.Flows && Keys is [{ Key: { } key } only]
        ? new SortStep(Kind, key, only.Descending)
        : this with { Keys = [.. Keys.Select(static key => key.Optimized())] };

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) => input switch
    {
        ValueTraversal values => values.OrderBy(Keys.Count > 0 && Keys[0].Descending, context.Budget),
        ElementTraversal elements => elements.OrderBy(Keys.Count > 0 ? Keys : [new(Default, null, false)], context),
        _ => throw new InvalidOperationException($"Order on {input.Kind}"),
    };

    /// <inheritdoc/>
    protected override string Describe() => $"Order({string.Join(", ", Keys)})";
}
