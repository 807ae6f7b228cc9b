using Skydive.Contracts.Metadata;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// Group: the elements by the value of a field, groups in the order of their first elements. Elements that lack the field are left out.
/// </summary>
/// <param name="Key">The field.</param>
internal sealed record GroupStep(FieldPath Key) : SynchronousStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Groups;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    protected override Traversal Execute(Traversal input, QueryContext context)
    {
        var elements = (ElementTraversal)input;
        return new ElementGroupTraversal(elements.View, Read(elements.Elements, context.Budget));
    }

    /// <inheritdoc/>
    protected override string Describe() => $"Group({Key})";

    private IEnumerable<GremlinGroup<IFieldSource>> Read(IEnumerable<IFieldSource> elements, QueryBudget budget)
    {
        var groups = new Dictionary<MetadataValue, List<IFieldSource>>();
        var order = new List<MetadataValue>();
        foreach (var element in elements)
        {
            if (!element.TryGetField(Key, out var value) || value.IsNull)
            {
                budget.Visit();
                continue;
            }

            budget.Collect();
            if (!groups.TryGetValue(value, out var list))
            {
                groups.Add(value, list = []);
                order.Add(value);
            }

            list.Add(element);
        }

        foreach (var value in order)
        {
            yield return new(value.ToString(), groups[value]);
        }
    }
}
