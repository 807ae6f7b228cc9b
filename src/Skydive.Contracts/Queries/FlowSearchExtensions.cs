using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;

namespace Skydive.Contracts.Queries;

/// <summary>The meaning of a <see cref="FlowSearch"/>, in one place for tables, store and merging.</summary>
public static class FlowSearchExtensions
{
    /// <summary>
    /// Whether a flow meets the conditions on nodes, time and fields. The time of a flow is that of its packets; where every update is asked
    /// for, that of its last update.
    /// </summary>
    /// <param name="search">The search.</param>
    /// <param name="flow">The flow.</param>
    public static bool Matches(this FlowSearch search, Flow flow) =>
        search.WantsNode(flow.NodeTID)
        && (search.Slice is not { } slice || (flow.Start <= slice.Last && flow.Last >= slice.Start && (!search.EveryUpdate || CountedIn(flow, slice))))
        && (search.Filter is null || search.Filter.Matches(flow));

    private static bool CountedIn(Flow flow, TimeSlice slice) =>
        flow.LastUpdateMetric is not { } metric || (metric.Start <= slice.Last && metric.Last >= slice.Start);

    /// <summary>
    /// De-duplicates, orders and cuts flows that meet the conditions. Without an order of its own the answer is in order of Start, then UUID.
    /// Flows that lack the field to de-duplicate by are all kept; those that lack the field to sort by come last.
    /// </summary>
    /// <param name="search">The search.</param>
    /// <param name="matches">The flows, already filtered.</param>
    public static IReadOnlyList<Flow> Finish(this FlowSearch search, IEnumerable<Flow> matches)
    {
        var flows = matches.ToList();
        flows.Sort(static (left, right) =>
        {
            int order = left.Start.CompareTo(right.Start);
            return order != 0 ? order : string.CompareOrdinal(left.UUID, right.UUID);
        });
        if (search.DeduplicateBy is { } key)
        {
            var path = FieldPath.Parse(key);
            var seen = new HashSet<MetadataValue>();
            flows.RemoveAll(flow => flow.TryGetField(path, out var value) && !seen.Add(value));
        }

        IEnumerable<Flow> result = flows;
        if (search.SortBy is { } sortKey)
        {
            var path = FieldPath.Parse(sortKey);
            var withValue = flows.Where(flow => flow.TryGetField(path, out _));
            MetadataValue Value(Flow flow) => flow.TryGetField(path, out var value) ? value : default;
            result = (search.Descending
                    ? withValue.OrderByDescending(Value, MetadataOrder.Instance)
                    : withValue.OrderBy(Value, MetadataOrder.Instance))
                .Concat(flows.Where(flow => !flow.TryGetField(path, out _)));
        }

        if (search.Skip > 0)
        {
            result = result.Skip(search.Skip);
        }

        return [.. search.Limit is { } limit ? result.Take(limit) : result];
    }
}
