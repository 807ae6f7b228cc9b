using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// ValueMap: for each element a map of some of its fields, nested ones as nested maps. Elements that lack all of them are skipped.
/// </summary>
/// <param name="Keys">The fields.</param>
internal sealed record ValueMapStep(IReadOnlyList<FieldPath> Keys) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Values;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context) =>
        new ValueTraversal(Read(((IElements)input).Elements, context.Budget));

    /// <inheritdoc/>
    protected override string Describe() => $"ValueMap({string.Join(", ", Keys)})";

    private IEnumerable<MetadataValue> Read(IEnumerable<IFieldSource> elements, QueryBudget budget)
    {
        foreach (var element in elements)
        {
            budget.Visit();
            MetadataBuilder? map = null;
            foreach (var key in Keys)
            {
                if (element.TryGetField(key, out var value))
                {
                    (map ??= new()).Set(key.Text, value);
                }
            }

            if (map is not null)
            {
                yield return map.Build();
            }
        }
    }
}
