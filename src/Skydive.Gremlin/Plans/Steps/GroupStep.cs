using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;
using Skydive.Gremlin.Syntax;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// Group: the elements by what the first By says, or a field; groups in the order of their first elements. Elements for which it finds no value
/// are left out. A second By makes a value of each group: a field, of all its elements, or what steps yield when they are given the group.
/// </summary>
/// <param name="Kind">What the elements are.</param>
/// <param name="Key">What they are grouped by; null until it is known.</param>
/// <param name="Value">What becomes of each group; null for its elements.</param>
/// <param name="Span">Where the step stands.</param>
internal sealed record GroupStep(GremlinKind Kind, ByModulator? Key, ByModulator? Value, SourceSpan Span) : SynchronousStep, IModulated, IIncomplete
{
    /// <summary>Whether <see cref="Key"/> holds only until By says another.</summary>
    public bool HasDefaultKey { get; init; }

    /// <inheritdoc/>
    public override GremlinKind Output => Value is null ? GremlinKind.Groups : GremlinKind.Map;

    /// <inheritdoc/>
    public GremlinKind ElementKind => Kind;

    /// <inheritdoc/>
    public string? Missing => Key is null ? "'Group' has neither a key nor By" : null;

    /// <inheritdoc/>
    public override bool ReadsGraph => Key!.ReadsGraph || Value is { ReadsGraph: true };

    /// <inheritdoc/>
    public PlanStep? With(ByModulator by) =>
        Key is null || HasDefaultKey ? this with { Key = by, HasDefaultKey = false } : Value is null ? this with { Value = by } : null;

    /// <inheritdoc/>
    public override PlanStep Optimized() => this with { Key = Key!.Optimized(), Value = Value?.Optimized() };

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var elements = (ElementTraversal)input;
        return Value is null ? new ElementGroupTraversal(elements.View, Read(elements, context)) : new MapTraversal(ReadValues(elements, Value, context));
    }

    /// <inheritdoc/>
    protected override string Describe() => Value is null ? $"Group({Key})" : $"Group({Key}, {Value})";

    private static MetadataValue ValueOf(ElementTraversal elements, IReadOnlyList<IFieldSource> items, ByModulator value, QueryContext context)
    {
        if (value.Plan is { } plan)
        {
            return plan.Run(elements.Many(items), context) switch
            {
                ScalarTraversal scalar => scalar.Value,
                ValueTraversal values => MetadataValue.List(values.Items),
                var other => throw new InvalidOperationException($"By yields {other.Kind}"),
            };
        }

        var found = new List<MetadataValue>(items.Count);
        foreach (var item in items)
        {
            if (value.TryRead(elements, item, context, out var field))
            {
                found.Add(field);
            }
        }

        return MetadataValue.List(found);
    }

    private IEnumerable<GremlinGroup<IFieldSource>> Read(ElementTraversal elements, QueryContext context)
    {
        var groups = new Dictionary<string, List<IFieldSource>>(StringComparer.Ordinal);
        var order = new List<string>();
        foreach (var element in elements.Elements)
        {
            if (!Key!.TryRead(elements, element, context, out var value))
            {
                context.Budget.Visit();
                continue;
            }

            context.Budget.Collect();
            string name = value.ToString();
            if (!groups.TryGetValue(name, out var list))
            {
                groups.Add(name, list = []);
                order.Add(name);
            }

            list.Add(element);
        }

        foreach (string name in order)
        {
            yield return new(name, groups[name]);
        }
    }

    private IEnumerable<KeyValuePair<string, MetadataValue>> ReadValues(ElementTraversal elements, ByModulator value, QueryContext context)
    {
        foreach (var group in Read(elements, context))
        {
            yield return new(group.Key, ValueOf(elements, group.Items, value, context));
        }
    }
}
