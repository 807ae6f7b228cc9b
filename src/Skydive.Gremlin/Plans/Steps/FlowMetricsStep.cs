using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Gremlin.Execution;

namespace Skydive.Gremlin.Plans.Steps;

/// <summary>
/// Metrics on flows: what each flow counted, in the order of the flows, and of Start. Live what was counted at the last update, or so far when
/// there was none yet; with a span of time all updates that have an instant in common with it, with a point all until then.
/// </summary>
internal sealed record FlowMetricsStep : PlanStep
{
    /// <inheritdoc/>
    public override GremlinKind Output => GremlinKind.Metrics;

    /// <inheritdoc/>
    public override bool ReadsGraph => false;

    /// <inheritdoc/>
    public override bool CanBeNested => true;

    /// <inheritdoc/>
    public override Traversal ExecuteNow(Traversal input, QueryContext context) => PastMetrics.ExecuteNow(this, input, context, WaitsForNothing(context));

    /// <inheritdoc/>
    public override async ValueTask<Traversal> ExecuteAsync(Traversal? input, QueryContext context)
    {
        var flows = (FlowTraversal)input!;
        if (flows.View.Slice is not { } slice || context.Source.Flows is not { } source)
        {
            return new MetricTraversal(flows.View, OfFlows(flows.Items, context.Budget)) { WithZeros = true };
        }

        var identifiers = new List<MetadataValue>();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var flow in flows.Items)
        {
            context.Budget.Visit();
            if (seen.Add(flow.UUID))
            {
                context.Budget.Collect();
                identifiers.Add(flow.UUID);
            }
        }

        if (identifiers.Count == 0)
        {
            return new MetricTraversal(flows.View, []) { WithZeros = true };
        }

        var search = new FlowSearch
        {
            Filter = new WithinFilter(nameof(Flow.UUID), identifiers),
            Slice = slice.IsPoint ? new(0, slice.Last) : slice,
            EveryUpdate = true,
        };
        var updates = await context.Budget.WaitAsync(cancellationToken => source.SearchFlowsAsync(search, cancellationToken)).ConfigureAwait(false);
        return new MetricTraversal(flows.View, ByFlow(identifiers, updates, context.Budget)) { WithZeros = true };
    }

    /// <inheritdoc/>
    protected override string Describe() => "FlowMetrics";

    private static bool WaitsForNothing(QueryContext context) => context.Source.Flows is null;

    private static IEnumerable<GremlinGroup<MetadataMap>> OfFlows(IEnumerable<Flow> flows, QueryBudget budget)
    {
        foreach (var flow in flows)
        {
            budget.Visit();
            if (SampleOf(flow) is { } sample)
            {
                yield return new(flow.UUID, [sample]);
            }
        }
    }

    private static List<GremlinGroup<MetadataMap>> ByFlow(List<MetadataValue> identifiers, IReadOnlyList<Flow> updates, QueryBudget budget)
    {
        var byFlow = new Dictionary<string, List<MetadataMap>>(StringComparer.Ordinal);
        foreach (var update in updates)
        {
            if (SampleOf(update) is not { } sample)
            {
                continue;
            }

            budget.Collect();
            if (!byFlow.TryGetValue(update.UUID, out var list))
            {
                byFlow.Add(update.UUID, list = []);
            }

            list.Add(sample);
        }

        return
        [
            .. identifiers.Select(static identifier => identifier.AsString!)
                .Where(byFlow.ContainsKey)
                .Select(id => new GremlinGroup<MetadataMap>(id, [.. byFlow[id].OrderBy(MetricArithmetic.StartOf)])),
        ];
    }

    private static MetadataMap? SampleOf(Flow flow)
    {
        if ((flow.LastUpdateMetric ?? flow.Metric) is not { } metric)
        {
            return null;
        }

        var sample = new MetadataBuilder()
            .Set(nameof(FlowMetric.ABBytes), metric.ABBytes)
            .Set(nameof(FlowMetric.ABPackets), metric.ABPackets)
            .Set(nameof(FlowMetric.BABytes), metric.BABytes)
            .Set(nameof(FlowMetric.BAPackets), metric.BAPackets)
            .Set(MetricArithmetic.LastKey, metric.Last);
        if (metric.RTT != 0)
        {
            sample.Set(MetricArithmetic.RttKey, metric.RTT);
        }

        return sample.Set(MetricArithmetic.StartKey, metric.Start).Build();
    }
}
