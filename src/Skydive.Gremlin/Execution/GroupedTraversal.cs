using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Execution;

/// <summary>A sequence of groups.</summary>
/// <typeparam name="T">What the groups are made of.</typeparam>
/// <param name="view">The graph to which they belong.</param>
/// <param name="groups">The groups, no two with one key.</param>
internal abstract class GroupedTraversal<T>(IGraphView view, IEnumerable<GremlinGroup<T>> groups) : SequenceTraversal, IElements, IFilterable
    where T : class, IFieldSource
{
    /// <summary>The graph to which they belong.</summary>
    public IGraphView View { get; } = view;

    /// <summary>The groups.</summary>
    public IEnumerable<GremlinGroup<T>> Groups { get; } = groups;

    /// <inheritdoc/>
    public IEnumerable<IFieldSource> Elements => Groups.SelectMany(static group => group.Items);

    /// <inheritdoc/>
    public override bool Any() => Groups.Any();

    /// <inheritdoc/>
    public override long Count(QueryBudget budget) => Count(Groups, budget);

    /// <inheritdoc/>
    public override SequenceTraversal Slice(int skip, int take) => With(Slice(Groups, skip, take));

    /// <inheritdoc/>
    public Traversal Where(Filter filter, QueryBudget budget) => With(Where(Groups, filter, budget));

    /// <summary>The same with other groups.</summary>
    public abstract GroupedTraversal<T> With(IEnumerable<GremlinGroup<T>> groups);

    private static IEnumerable<GremlinGroup<T>> Where(IEnumerable<GremlinGroup<T>> groups, Filter filter, QueryBudget budget)
    {
        foreach (var group in groups)
        {
            var items = new List<T>();
            foreach (var item in group.Items)
            {
                budget.Visit();
                if (filter.Matches(item))
                {
                    items.Add(item);
                }
            }

            if (items.Count > 0)
            {
                yield return group with { Items = items };
            }
        }
    }
}
