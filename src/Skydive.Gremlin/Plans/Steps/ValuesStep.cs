using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>Values: the values of a field. Elements that lack it are skipped, and so are null, empty lists and empty maps.</summary>
/// <param name="Key">The field.</param>
internal sealed record ValuesStep(FieldPath Key) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Values;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) =>
        new ValueTraversal(Read(((IElements)input).Elements, context.Budget));

    /// <inheritdoc/>
    protected override string Describe() => $"Values({Key})";

    private static bool IsEmpty(MetadataValue value) => value.Kind switch
    {
        MetadataKind.Null => true,
        MetadataKind.List => value.Elements.IsEmpty,
        MetadataKind.Map => value.AsMap!.Count == 0,
        _ => false,
    };

    private IEnumerable<MetadataValue> Read(IEnumerable<IFieldSource> elements, QueryBudget budget)
    {
        foreach (var element in elements)
        {
            budget.Visit();
            if (element.TryGetField(Key, out var value) && !IsEmpty(value))
            {
                yield return value;
            }
        }
    }
}
