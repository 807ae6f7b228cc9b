using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// GroupCount: how many elements there are for each value of what By says, or of a field; of values, how often each occurs. In the order in which the
/// values were met first. Elements for which By finds no value are left out.
/// </summary>
/// <param name="Kind">What the elements are.</param>
/// <param name="Key">What they are grouped by; null for values, and until it is known.</param>
/// <param name="Span">Where the step stands.</param>
internal sealed record GroupCountStep(GremlinKind Kind, ByModulator? Key, SourceSpan Span) : SynchronousStep, IModulated, IIncomplete
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Map;

    /// <inheritdoc/>
    public GremlinKind ElementKind => Kind;

    /// <inheritdoc/>
    public string? Missing => Key is null && Kind != GremlinKind.Values ? "'GroupCount' has neither a key nor By" : null;

    /// <inheritdoc/>
    public override bool ReadsGraph => Key is { ReadsGraph: true };

    /// <inheritdoc/>
    public PlanStep? With(ByModulator by) => Key is null && Kind != GremlinKind.Values ? this with { Key = by } : null;

    /// <inheritdoc/>
    public override PlanStep Optimized() => this with { Key = Key?.Optimized() };

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) => new MapTraversal(Count(Names(input, context), context.Budget));

    /// <inheritdoc/>
    protected override string Describe() => $"GroupCount({Key})";

    private static IEnumerable<KeyValuePair<string, MetadataValue>> Count(IEnumerable<string> names, QueryBudget budget)
    {
        var counts = new Dictionary<string, long>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (string name in names)
        {
            if (counts.TryGetValue(name, out long count))
            {
                budget.Visit();
            }
            else
            {
                budget.Collect();
                order.Add(name);
            }

            counts[name] = count + 1;
        }

        foreach (string name in order)
        {
            yield return new(name, counts[name]);
        }
    }

    private IEnumerable<string> Names(Traversal input, QueryContext context)
    {
        if (input is ValueTraversal values)
        {
            foreach (var value in values.Items)
            {
                yield return value.ToString();
            }

            yield break;
        }

        var elements = (ElementTraversal)input;
        foreach (var element in elements.Elements)
        {
            if (Key!.TryRead(elements, element, context, out var value))
            {
                yield return value.ToString();
            }
            else
            {
                context.Budget.Visit();
            }
        }
    }
}
