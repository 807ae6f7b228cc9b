using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// Sum: the sum of a numeric field; 0 when no element has it. An integer as long as all values are integers and the sum fits 64 bits.
/// </summary>
/// <param name="Key">The field, and where its name stands in the query.</param>
internal sealed record SumStep(ElementName Key) : SynchronousStep
{
    private readonly FieldPath _path = FieldPath.Parse(Key.Id);

    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Value;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        Int128 integers = 0;
        double fractions = 0;
        bool isFraction = false;
        foreach (var element in ((IElements)input).Elements)
        {
            context.Budget.Visit();
            if (!element.TryGetField(_path, out var value) || value.IsNull)
            {
                continue;
            }

            if (value.TryGetInteger(out long integer))
            {
                integers += integer;
            }
            else if (value.TryGetDouble(out double number))
            {
                fractions += number;
                isFraction = true;
            }
            else
            {
                throw Diagnostics.Error(
                    context.Text,
                    GremlinErrorReason.InvalidArgument,
                    Key.Span,
                    $"only numbers can be summed, and '{Diagnostics.Printable(Key.Id)}' is {Describe(value.Kind)} in some elements, asked for");
            }
        }

        bool fits = integers >= long.MinValue && integers <= long.MaxValue;
        return new ScalarTraversal(fits && !isFraction ? (long)integers : MetadataValue.FromDouble((double)integers + fractions));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"Sum({_path})";

    private static string Describe(MetadataKind kind) => kind switch
    {
        MetadataKind.String => "a text",
        MetadataKind.Boolean => "true or false",
        MetadataKind.List => "a list",
        _ => "a map",
    };
}
