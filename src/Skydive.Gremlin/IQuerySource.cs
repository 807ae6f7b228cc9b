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

    /// <summary>The graph as it was.</summary>
    /// <param name="slice">A point of time, or a span whose revisions are all wanted.</param>
    /// <param name="cancellationToken">Ends the search.</param>
    /// <exception cref="GremlinException">
    /// No history is kept: <see cref="GremlinErrorReason.HistoryNotSupported"/>, see <see cref="GremlinEngine.HistoryNotSupported"/>.
    /// </exception>
    Task<IGraphView> GetHistoryAsync(TimeSlice slice, CancellationToken cancellationToken);
}
