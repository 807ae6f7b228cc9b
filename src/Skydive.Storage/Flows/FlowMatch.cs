using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Flows.Encoding;

namespace Skydive.Storage.Flows;

/// <summary>
/// The conditions of a search, asked of rows of encoded flows: the same as <see cref="FlowSearchExtensions.Matches"/> asks of flows, so that
/// only columns are decoded that are asked for.
/// </summary>
internal sealed class FlowMatch(FlowSearch search)
{
    private static readonly FieldPath s_updateStart = FieldPath.Parse("LastUpdateMetric.Start");
    private static readonly FieldPath s_updateLast = FieldPath.Parse("LastUpdateMetric.Last");

    /// <summary>Whether all flows meet all but the conditions on time.</summary>
    public bool IsTimeOnly { get; } = search.Filter is null && search.NodeTIDs is null;

    /// <summary>Whether a flow meets the conditions, that on time apart.</summary>
    /// <param name="row">A row on it.</param>
    /// <exception cref="FlowChunkException">A column is damaged.</exception>
    public bool IsMetBy(FlowChunkCursor row) =>
        (search.NodeTIDs is null || search.WantsNode(row.NodeTid))
        && (!search.EveryUpdate || search.Slice is not { } slice || CountedIn(row, slice))
        && (search.Filter is null || search.Filter.Matches(row));

    private static bool CountedIn(FlowChunkCursor row, TimeSlice slice) =>
        !(row.TryGetField(s_updateStart, out var start) && start.TryGetInteger(out long first) && first > slice.Last)
        && !(row.TryGetField(s_updateLast, out var last) && last.TryGetInteger(out long end) && end < slice.Start);
}
