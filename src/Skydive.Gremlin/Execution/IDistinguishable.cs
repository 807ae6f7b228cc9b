namespace Skydive.Gremlin.Execution;

/// <summary>A sequence some of whose members may be alike.</summary>
internal interface IDistinguishable
{
    /// <summary>The sequence with one of those that are alike, the first.</summary>
    /// <param name="budget">What it may use up.</param>
    Traversal Distinct(QueryBudget budget);
}
