using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>A sequence of elements of one type.</summary>
/// <typeparam name="T">Nodes, edges or flows.</typeparam>
internal abstract class ElementTraversal<T> : ElementTraversal
    where T : class, IFieldSource
{
    private protected ElementTraversal(IGraphView view, IEnumerable<T> items)
        : base(view) => Items = items;

    /// <summary>The elements.</summary>
    public IEnumerable<T> Items { get; }

    /// <inheritdoc/>
    public override IEnumerable<IFieldSource> Elements => Items;

    /// <inheritdoc/>
    public override long Count(QueryBudget budget) => Count(Items, budget);

    /// <inheritdoc/>
    public override SequenceTraversal Slice(int skip, int take) => With(Slice(Items, skip, take));

    /// <inheritdoc/>
    public override Traversal Distinct(QueryBudget budget) => With(DistinctBy(Items, Identity, StringComparer.Ordinal, budget));

    /// <inheritdoc/>
    public override ElementTraversal Where(Filter filter, QueryBudget budget) => With(Where(Items, filter, budget));

    /// <inheritdoc/>
    public override ElementTraversal DistinctBy(IReadOnlyList<FieldPath> keys, QueryBudget budget) => With(DistinctBy(Items, keys, budget));

    /// <inheritdoc/>
    public override ElementTraversal OrderBy(FieldPath key, bool descending, QueryBudget budget) => With(OrderBy(Items, key, descending, budget));

    /// <summary>The same with other elements.</summary>
    protected abstract ElementTraversal With(IEnumerable<T> items);

    /// <summary>What tells an element from others.</summary>
    protected abstract string Identity(T item);

    private static IEnumerable<T> Where(IEnumerable<T> items, Filter filter, QueryBudget budget)
    {
        foreach (var item in items)
        {
            budget.Visit();
            if (filter.Matches(item))
            {
                yield return item;
            }
        }
    }

    private static IEnumerable<T> DistinctBy(IEnumerable<T> items, IReadOnlyList<FieldPath> keys, QueryBudget budget)
    {
        var seen = new HashSet<MetadataValue>();
        var values = new MetadataValue[keys.Count];
        foreach (var item in items)
        {
            bool hasAny = false;
            for (int i = 0; i < values.Length; i++)
            {
                bool has = item.TryGetField(keys[i], out values[i]);
                hasAny |= has;
                if (!has)
                {
                    values[i] = default;
                }
            }

            if (!hasAny)
            {
                budget.Visit();
                yield return item;
            }
            else if (seen.Add(values.Length == 1 ? values[0] : MetadataValue.List(values.AsSpan())))
            {
                budget.Collect();
                yield return item;
            }
            else
            {
                budget.Visit();
            }
        }
    }

    private static IEnumerable<T> OrderBy(IEnumerable<T> items, FieldPath key, bool descending, QueryBudget budget)
    {
        var with = new List<(MetadataValue Value, T Item)>();
        var without = new List<T>();
        foreach (var item in items)
        {
            budget.Collect();
            if (item.TryGetField(key, out var value))
            {
                with.Add((value, item));
            }
            else
            {
                without.Add(item);
            }
        }

        var ordered = descending
            ? with.OrderByDescending(static pair => pair.Value, MetadataOrder.Instance)
            : with.OrderBy(static pair => pair.Value, MetadataOrder.Instance);
        foreach (var (_, item) in ordered)
        {
            yield return item;
        }

        foreach (var item in without)
        {
            yield return item;
        }
    }
}
