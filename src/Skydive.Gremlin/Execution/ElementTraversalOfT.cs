using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Graph.Views;
using Skydive.Gremlin.Plans;

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
    public override bool Any() => Items.Any();

    /// <inheritdoc/>
    public override long Count(QueryBudget budget) => Count(Items, budget);

    /// <inheritdoc/>
    public override SequenceTraversal Slice(int skip, int take) => With(Slice(Items, skip, take));

    /// <inheritdoc/>
    public override Traversal Distinct(QueryBudget budget) => With(DistinctBy(Items, Identity, StringComparer.Ordinal, budget));

    /// <inheritdoc/>
    public override ElementTraversal Where(Filter filter, QueryBudget budget) => With(Where(Items, filter, budget));

    /// <inheritdoc/>
    public override ElementTraversal Where(Func<IFieldSource, bool> test, QueryBudget budget) => With(Where(Items, test, budget));

    /// <inheritdoc/>
    public override ElementTraversal Single(IFieldSource element) => With([(T)element]);

    /// <inheritdoc/>
    public override ElementTraversal Many(IEnumerable<IFieldSource> elements) => With(elements.Cast<T>());

    /// <inheritdoc/>
    public override ElementTraversal Last(int count, QueryBudget budget) => With(Last(Items, count, budget));

    /// <inheritdoc/>
    public override ElementTraversal OrderBy(IReadOnlyList<ByModulator> keys, QueryContext context) => With(OrderBy(Items, keys, context));

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

    private static IEnumerable<T> Where(IEnumerable<T> items, Func<IFieldSource, bool> test, QueryBudget budget)
    {
        foreach (var item in items)
        {
            budget.Visit();
            if (test(item))
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

    private IEnumerable<T> OrderBy(IEnumerable<T> items, IReadOnlyList<ByModulator> keys, QueryContext context)
    {
        var rows = new List<(MetadataValue[] Values, T Item)>();
        foreach (var item in items)
        {
            context.Budget.Collect();
            var values = new MetadataValue[keys.Count];
            for (int i = 0; i < values.Length; i++)
            {
                values[i] = keys[i].TryRead(this, item, context, out var value) ? value : default;
            }

            rows.Add((values, item));
        }

        foreach (var (_, item) in rows.OrderBy(static row => row.Values, Comparer<MetadataValue[]>.Create((x, y) => Compare(x, y, keys))))
        {
            yield return item;
        }
    }

    private static int Compare(MetadataValue[] x, MetadataValue[] y, IReadOnlyList<ByModulator> keys)
    {
        for (int i = 0; i < x.Length; i++)
        {
            // What is missing comes last, whatever the direction.
            int order = x[i].IsNull || y[i].IsNull ? x[i].IsNull.CompareTo(y[i].IsNull) : MetadataOrder.Instance.Compare(x[i], y[i]) * (keys[i].Descending ? -1 : 1);
            if (order != 0)
            {
                return order;
            }
        }

        return 0;
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
