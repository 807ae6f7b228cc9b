using System.Text.Json.Serialization;

namespace Skydive.Contracts.Queries;

/// <summary>
/// A question for flows, answered by an agent's flow tables or by the flow store: filter first, then de-duplicate, sort and cut.
/// </summary>
public sealed record FlowSearch
{
    // A search for the flows of a large selection is asked of every flow in a table.
    private readonly IReadOnlyList<string>? _nodeTIDs;
    private readonly HashSet<string>? _nodeTIDSet;

    /// <summary>Only flows seen at the nodes with these topology identifiers; null for any.</summary>
    public IReadOnlyList<string>? NodeTIDs
    {
        get => _nodeTIDs;
        init
        {
            _nodeTIDs = value;
            _nodeTIDSet = value is null ? null : new(value, StringComparer.Ordinal);
        }
    }

    /// <summary>The condition; null for none.</summary>
    public Filter? Filter { get; init; }

    /// <summary>Only flows with a packet in this span; null for the flows that live tables hold now.</summary>
    public TimeSlice? Slice { get; init; }

    /// <summary>
    /// Whether every update of a flow is wanted that counted something in the <see cref="Slice"/>, rather than each flow once as it was last:
    /// the flow's metrics as a time series. An update counts from Start to Last of its <c>LastUpdateMetric</c>. A live table knows the newest
    /// update only.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool EveryUpdate { get; init; }

    /// <summary>Keep one flow, the first found, for each value of this field; null keeps all.</summary>
    public string? DeduplicateBy { get; init; }

    /// <summary>Order by this field; null for the order of <c>Start</c>, then UUID.</summary>
    public string? SortBy { get; init; }

    /// <summary>From large to small.</summary>
    public bool Descending { get; init; }

    /// <summary>Leave out this many of the result's first flows.</summary>
    public int Skip { get; init; }

    /// <summary>Give this many flows at most; null for all.</summary>
    public int? Limit { get; init; }

    /// <summary>Whether the whole order of the answer is given by <see cref="SortBy"/>.</summary>
    [JsonIgnore]
    public bool IsSorted => SortBy is not null;

    /// <summary>Whether flows of a node are asked for.</summary>
    internal bool WantsNode(string tid) => _nodeTIDSet is null || _nodeTIDSet.Contains(tid);
}
