using Skydive.Contracts.Queries;

namespace Skydive.Gremlin.Execution;

/// <summary>Something whose elements can be chosen by a condition.</summary>
internal interface IFilterable
{
    /// <summary>The same with the elements that meet a condition; groups that have none left are left out.</summary>
    Traversal Where(Filter filter, QueryBudget budget);
}
