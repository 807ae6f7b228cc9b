using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans;

/// <summary>By: what of an element a step such as Order or Group looks at.</summary>
/// <param name="Key">A field; null when it is the value itself, or <paramref name="Plan"/>.</param>
/// <param name="Plan">Steps that yield a value, of which the first counts; null when it is a field.</param>
/// <param name="Descending">From large to small, for Order.</param>
internal sealed record ByModulator(FieldPath? Key, Subplan? Plan, bool Descending)
{
    /// <summary>Whether it looks at the graph beyond the element.</summary>
    public bool ReadsGraph => Plan is { ReadsGraph: true };

    /// <summary>The same, cheaper.</summary>
    public ByModulator Optimized() => Plan is null ? this : this with { Plan = Plan.Optimized() };

    /// <summary>The value that it finds.</summary>
    /// <param name="owner">The sequence to which the element belongs.</param>
    /// <param name="element">The element.</param>
    /// <param name="context">What the steps of the run share.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when there is none.</returns>
    public bool TryRead(ElementTraversal owner, IFieldSource element, QueryContext context, out MetadataValue value)
    {
        if (Key is not null)
        {
            return element.TryGetField(Key, out value) && !value.IsNull;
        }

        value = Plan is null ? default : First(Plan.Run(owner.Single(element), context));
        return !value.IsNull;
    }

    /// <inheritdoc/>
    public override string ToString() => string.Concat(Key?.Text ?? (Plan is null ? "value" : $"({Plan})"), Descending ? " DESC" : string.Empty);

    private static MetadataValue First(Traversal result) => result switch
    {
        ScalarTraversal scalar => scalar.Value,
        ValueTraversal values => values.Items.FirstOrDefault(),
        _ => throw new InvalidOperationException($"By yields {result.Kind}"),
    };
}
