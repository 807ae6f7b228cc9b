using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Graph.Views;
using Skydive.Gremlin.Plans;

namespace Skydive.Gremlin.Execution;

/// <summary>A sequence of elements with fields, as steps see it that do not care which.</summary>
internal abstract class ElementTraversal : SequenceTraversal, IElements, IFilterable, IDistinguishable
{
    private protected ElementTraversal(IGraphView view) => View = view;

    /// <summary>The graph to which the elements belong.</summary>
    public IGraphView View { get; }

    /// <inheritdoc/>
    public abstract IEnumerable<IFieldSource> Elements { get; }

    /// <inheritdoc/>
    public abstract Traversal Distinct(QueryBudget budget);

    /// <summary>The elements that meet a condition.</summary>
    public abstract ElementTraversal Where(Filter filter, QueryBudget budget);

    /// <inheritdoc/>
    Traversal IFilterable.Where(Filter filter, QueryBudget budget) => Where(filter, budget);

    /// <summary>The elements that pass a test.</summary>
    public abstract ElementTraversal Where(Func<IFieldSource, bool> test, QueryBudget budget);

    /// <summary>One of the elements as a sequence.</summary>
    public abstract ElementTraversal Single(IFieldSource element);

    /// <summary>Some of the elements as a sequence.</summary>
    public abstract ElementTraversal Many(IEnumerable<IFieldSource> elements);

    /// <summary>The last elements.</summary>
    public abstract ElementTraversal Last(int count, QueryBudget budget);

    /// <summary>
    /// The elements in the order of several values, the first of which decides, then the next; those that are alike stay in order, those that
    /// lack a value come last.
    /// </summary>
    public abstract ElementTraversal OrderBy(IReadOnlyList<ByModulator> keys, QueryContext context);

    /// <summary>
    /// The first element of those that have the same values at some keys. Elements that lack all keys are all kept.
    /// </summary>
    public abstract ElementTraversal DistinctBy(IReadOnlyList<FieldPath> keys, QueryBudget budget);

    /// <summary>The elements in the order of a field; those that are alike stay in order, those that lack the field come last.</summary>
    public abstract ElementTraversal OrderBy(FieldPath key, bool descending, QueryBudget budget);
}
