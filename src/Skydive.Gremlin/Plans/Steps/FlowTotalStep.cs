using Skydive.Contracts.Flows;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// How many flows there are, or the sum of a counter of them. Of the past the source answers it where the flows are, if it can; else they are fetched.
/// </summary>
/// <param name="Flows">The flows.</param>
/// <param name="Total">Count or Sum.</param>
/// <param name="Field">The field that is summed; null to count.</param>
internal sealed record FlowTotalStep(FlowsStep Flows, PlanStep Total, string? Field) : PlanStep
{
    private static readonly string[] s_counters = [nameof(FlowMetric.ABBytes), nameof(FlowMetric.ABPackets), nameof(FlowMetric.BABytes), nameof(FlowMetric.BAPackets)];

    private static readonly HashSet<string> s_fields =
        [.. s_counters.SelectMany(static counter => (string[])[$"{nameof(Flow.Metric)}.{counter}", $"{nameof(Flow.LastUpdateMetric)}.{counter}"])];

    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Value;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <summary>Two steps as one, when the second asks for a total over all flows of the first.</summary>
    /// <param name="flows">The flows.</param>
    /// <param name="step">The step that follows.</param>
    public static FlowTotalStep? Join(FlowsStep flows, PlanStep step) => flows.Search is { DeduplicateBy: null, SortBy: null, Skip: 0, Limit: null }
        ? step switch
        {
            CountStep => new(flows, step, null),
            SumStep sum when s_fields.Contains(sum.Key.Id) => new(flows, step, sum.Key.Id),
            _ => null,
        }
        : null;

    /// <inheritdoc/>
    public override async ValueTask<Traversal> ExecuteAsync(Traversal? input, QueryContext context)
    {
        var (source, view, search) = Flows.Prepare(input, context);
        if (search is { Slice: not null })
        {
            string[] fields = Field is null ? [] : [Field];
            var total = await context.Budget.WaitAsync(cancellationToken => source.TotalFlowsAsync(search, fields, cancellationToken)).ConfigureAwait(false);

            // At the ends of 64 bits it may be more: then the sum is a fraction.
            if (total is not null && (Field is null || total.Sums[0] is > long.MinValue and < long.MaxValue))
            {
                return new ScalarTraversal(Field is null ? total.Count : total.Sums[0]);
            }
        }

        return await Total.ExecuteAsync(await FlowsStep.FetchAsync(source, view, search, context).ConfigureAwait(false), context).ConfigureAwait(false);
    }

    /// <inheritdoc/>
    protected override string Describe() => $"{Flows}.{Total}";
}
