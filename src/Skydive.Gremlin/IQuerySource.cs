using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;
using Skydive.Graph.Views;

namespace Skydive.Gremlin;

/// <summary>What queries are asked of. Safe for use by several threads at once.</summary>
public interface IQuerySource
{
    /// <summary>The graph as it is now. A query takes it once, so that all of it sees one revision.</summary>
    IGraphView Live { get; }

    /// <summary>Where flows come from; null when there are none to ask for.</summary>
    IFlowSource? Flows { get; }

    /// <summary>Where metric samples of the past come from; null when none are kept.</summary>
    IMetricSource? Metrics => null;

    /// <summary>
    /// Whether <see cref="GetHistoryAsync"/> can answer. A query that asks for the past of flows only does not need the graph of that time,
    /// but is refused all the same where there is no past.
    /// </summary>
    bool KeepsHistory => true;

    /// <summary>
    /// How long a flow without a packet counts as one that is there: a question for the flows of a time in the past finds those, too, that
    /// had their last packet so long before.
    /// </summary>
    TimeSpan FlowExpire => TimeSpan.FromSeconds(600);

    /// <summary>Makes filters of packets; null where that is not possible.</summary>
    IPacketFilterCompiler? PacketFilters => null;

    /// <summary>The graph as it was.</summary>
    /// <param name="slice">A point of time, or a span whose revisions are all wanted.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="GremlinException">
    /// No history is kept: <see cref="GremlinErrorReason.HistoryNotSupported"/>, see <see cref="GremlinEngine.HistoryNotSupported"/>.
    /// </exception>
    Task<IGraphView> GetHistoryAsync(TimeSlice slice, CancellationToken cancellationToken);

    /// <summary>As <see cref="GetHistoryAsync"/>, for a query that looks at nodes alone: edges, and nodes that do not meet a condition, may be missing.</summary>
    /// <param name="slice">A point of time, or a span whose revisions are all wanted.</param>
    /// <param name="filter">The condition, which the query checks all the same; null for all nodes.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="GremlinException">No history is kept.</exception>
    Task<IGraphView> GetHistoryNodesAsync(TimeSlice slice, Filter? filter, CancellationToken cancellationToken) => GetHistoryAsync(slice, cancellationToken);
}
