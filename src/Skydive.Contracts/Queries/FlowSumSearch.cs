namespace Skydive.Contracts.Queries;

/// <summary>A question for sums over flows.</summary>
public sealed record FlowSumSearch
{
    /// <summary>Which flows: nodes, condition, time, and whether each update counts. How they are de-duplicated, ordered and cut is not looked at.</summary>
    public required FlowSearch Search { get; init; }

    /// <summary>The fields to be summed, such as <c>Metric.ABBytes</c>. A flow that lacks one, or has no integer in it, counts as 0.</summary>
    public required IReadOnlyList<string> Fields { get; init; }

    /// <summary>The field by whose values flows are grouped; null for one sum over all. Flows that lack it are one group.</summary>
    public string? GroupBy { get; init; }

    /// <summary>Flows, by UUID, that are left out because they are known from elsewhere; null for none.</summary>
    public IReadOnlyCollection<string>? Except { get; init; }
}
