using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Min, Max, Mean and, of values, Sum: one number of all numbers there are; what is no number is left out. Null when there are none, but for a sum.</summary>
/// <param name="Reduction">Which number.</param>
/// <param name="Key">The field of elements; null for values.</param>
internal sealed record ReduceStep(Reduction Reduction, FieldPath? Key) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Value;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        long count = 0;
        Int128 integers = 0;
        double fractions = 0;
        bool isFraction = false;
        MetadataValue best = default;
        foreach (var value in Numbers(input, context.Budget))
        {
            count++;
            int order = best.IsNull ? 0 : MetadataOrder.Instance.Compare(value, best);
            best = best.IsNull || (Reduction == Reduction.Least ? order < 0 : order > 0) ? value : best;
            if (value.TryGetInteger(out long integer))
            {
                integers += integer;
            }
            else
            {
                value.TryGetDouble(out double number);
                fractions += number;
                isFraction = true;
            }
        }

        bool fits = integers >= long.MinValue && integers <= long.MaxValue;
        return new ScalarTraversal(Reduction switch
        {
            Reduction.Sum => fits && !isFraction ? (long)integers : MetadataValue.FromDouble((double)integers + fractions),
            _ when count == 0 => default,
            Reduction.Mean => MetadataValue.FromDouble(((double)integers + fractions) / count),
            _ => best,
        });
    }

    /// <inheritdoc/>
    protected override string Describe() => $"{Reduction}({Key})";

    private IEnumerable<MetadataValue> Numbers(Traversal input, QueryBudget budget)
    {
        if (input is ValueTraversal values)
        {
            foreach (var value in values.Items)
            {
                budget.Visit();
                if (value.TryGetDouble(out _))
                {
                    yield return value;
                }
            }

            yield break;
        }

        foreach (var element in ((IElements)input).Elements)
        {
            budget.Visit();
            if (element.TryGetField(Key!, out var value) && value.TryGetDouble(out _))
            {
                yield return value;
            }
        }
    }
}
