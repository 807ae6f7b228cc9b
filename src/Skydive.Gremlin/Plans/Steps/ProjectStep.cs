using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Project: a map for each element with some names and what a By for each finds; names for which it finds nothing are left out.</summary>
/// <param name="Kind">What the elements are.</param>
/// <param name="Names">The names.</param>
/// <param name="Values">What each By says.</param>
/// <param name="Span">Where the step stands.</param>
internal sealed record ProjectStep(GremlinKind Kind, IReadOnlyList<string> Names, IReadOnlyList<ByModulator> Values, SourceSpan Span)
    : SynchronousStep, IModulated, IIncomplete
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Values;

    /// <inheritdoc/>
    public GremlinKind ElementKind => Kind;

    /// <inheritdoc/>
    public string? Missing => Values.Count < Names.Count ? $"'Project' has {Names.Count} names but only {Values.Count} By" : null;

    /// <inheritdoc/>
    public override bool ReadsGraph => Values.Any(static value => value.ReadsGraph);

    /// <inheritdoc/>
    public PlanStep? With(ByModulator by) => Values.Count < Names.Count ? this with { Values = [.. Values, by] } : null;

    /// <inheritdoc/>
    public override PlanStep Optimized() => this with { Values = [.. Values.Select(static value => value.Optimized())] };

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) => new ValueTraversal(Read((ElementTraversal)input, context));

    /// <inheritdoc/>
    protected override string Describe() => $"Project({string.Join(", ", Names.Zip(Values, static (name, value) => $"{name} = {value}"))})";

    private IEnumerable<MetadataValue> Read(ElementTraversal elements, QueryContext context)
    {
        foreach (var element in elements.Elements)
        {
            context.Budget.Visit();
            var entries = new List<(string Key, MetadataValue Value)>(Names.Count);
            for (int i = 0; i < Values.Count; i++)
            {
                if (Values[i].TryRead(elements, element, context, out var value))
                {
                    entries.Add((Names[i], value));
                }
            }

            yield return MetadataMap.Create([.. entries]);
        }
    }
}
