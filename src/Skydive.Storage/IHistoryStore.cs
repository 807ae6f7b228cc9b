using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Status;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;

namespace Skydive.Storage;

/// <summary>
/// The memory of the service: every revision of nodes and edges, flows, metric samples, and the resources that must survive a restart. Times are milliseconds
/// since 1970-01-01 UTC. All members may be called by several threads at once; writes take effect in the order of their calls. A task
/// that appends, closes, puts or deletes completes when the change survives the death of the process; it fails with a
/// <see cref="HistoryException"/> when nothing of it was kept, and may then be tried again if that is
/// <see cref="HistoryException.IsRetryable"/>. Otherwise something in it is refused, and the rest can be kept without that.
/// </summary>
/// <remarks>
/// <para>A revision of an element is valid from its <see cref="GraphElement.UpdatedAt"/> until its <see cref="GraphElement.ArchivedAt"/>, the
/// UpdatedAt of the revision that follows or, with <see cref="GraphElement.DeletedAt"/> equal to it, the end of the element.</para>
/// <para>A point of time shows the graph as it was at the end of that millisecond: a revision counts when
/// <c>UpdatedAt ≤ t &lt; ArchivedAt</c>. So of several revisions made in one millisecond the last one is shown, and what was archived or
/// deleted in that very millisecond is not.</para>
/// <para>A span shows every revision that was valid at some time in it, both ends included: <c>CreatedAt ≤ Last</c>, <c>UpdatedAt ≤ Last</c>,
/// <c>ArchivedAt</c> null or <c>≥ Start</c>, even one that was followed by another in the same millisecond.</para>
/// </remarks>
public interface IHistoryStore : IFlowSource, IRawPacketSource, IMetricSource, IAsyncDisposable
{
    /// <summary>
    /// Keeps changes of the graph, all or none. A revision ends the one before; a deletion ends the element. What is appended again is
    /// recognised by identifier, creation time, revision and update time and changes nothing, provided that what followed it is appended
    /// again as well. An element that comes back in the revision in which it was deleted, as those of an agent do that was away for a
    /// while, counts as never gone. The deletion of an element that was never seen keeps what is known of it.
    /// </summary>
    /// <param name="batch">The changes in order. Without those of transient commits, which history does not keep.</param>
    /// <param name="cancellationToken">Gives up waiting; a write that has begun is completed all the same.</param>
    /// <exception cref="HistoryException">Nothing of it was kept.</exception>
    Task AppendAsync(GraphBatch batch, CancellationToken cancellationToken);

    /// <summary>
    /// Makes the elements that are alive in the store those that are given: others are closed, new and changed ones are appended. For the
    /// time after a gap in the stream of changes.
    /// </summary>
    /// <param name="live">The graph as it is now.</param>
    /// <param name="time">When elements that are not in it went away.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many elements were closed or appended.</returns>
    /// <exception cref="HistoryException">Nothing of it was kept.</exception>
    Task<int> ReconcileAsync(SubGraph live, long time, CancellationToken cancellationToken);

    /// <summary>Marks elements of some origins that are alive as deleted.</summary>
    /// <param name="origins">The origins, such as <c>analyzer.host1</c>.</param>
    /// <param name="time">When they went away; a revision that is younger ends at its own beginning.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>How many elements were closed.</returns>
    /// <exception cref="HistoryException">Nothing of it was kept.</exception>
    Task<int> CloseAllAsync(IReadOnlyCollection<string> origins, long time, CancellationToken cancellationToken);

    /// <summary>The elements that are alive: neither archived nor deleted. By creation time, then identifier.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="HistoryException">The store could not be read.</exception>
    Task<SubGraph> GetLiveElementsAsync(CancellationToken cancellationToken);

    /// <summary>The graph at a point of time, one revision for each element, or in a span of time, all revisions.</summary>
    /// <param name="slice">The time.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="HistoryException">The store could not be read, or more revisions match than the options allow.</exception>
    Task<IGraphView> GetGraphAsync(TimeSlice slice, CancellationToken cancellationToken);

    /// <summary>As <see cref="GetGraphAsync"/>, for a question that is about nodes alone: without edges, and without nodes that surely do not meet a condition.</summary>
    /// <param name="slice">The time.</param>
    /// <param name="filter">The condition, which what is found still has to be checked against; null for all nodes.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="HistoryException">The store could not be read, or more revisions match than the options allow.</exception>
    Task<IGraphView> GetNodesAsync(TimeSlice slice, Filter? filter, CancellationToken cancellationToken) => GetGraphAsync(slice, cancellationToken);

    /// <summary>
    /// What is not the same in the graph at two points of time: elements of which another revision, or none, was valid. Costs what changed
    /// rather than what there is. An element that changed and changed back is in it, with revisions that may be equal in all but their number.
    /// </summary>
    /// <param name="before">The one time; see the remarks for what a point shows.</param>
    /// <param name="after">The other time, which may also be the earlier one.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Nodes before edges, each by identifier (ordinal). Empty for equal times.</returns>
    /// <exception cref="HistoryException">The store could not be read, or more revisions differ than the options allow.</exception>
    Task<IReadOnlyList<ElementDifference>> GetDifferencesAsync(long before, long after, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps flows as they are now. A flow may be appended as often as it is updated: of those with one UUID the one appended last is what
    /// <see cref="IFlowSource.SearchFlowsAsync"/> finds. A search without a slice looks at all flows.
    /// </summary>
    /// <param name="append">The flows, the packets that were kept of flows, and how far the agents that sent them have come; nothing is fine.</param>
    /// <param name="cancellationToken">Gives up waiting; a write that has begun is completed all the same.</param>
    /// <exception cref="HistoryException">Nothing of it was kept.</exception>
    Task AppendFlowsAsync(FlowAppend append, CancellationToken cancellationToken);

    /// <summary>How far a run of an agent has come, as it was appended with flows.</summary>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The last sequence; 0 when nothing of the run was appended, or not for so long that it was forgotten with the flows of its time.</returns>
    /// <exception cref="HistoryException">The store could not be read.</exception>
    Task<long> GetFlowProgressAsync(Guid run, CancellationToken cancellationToken);

    /// <summary>Sums over the flows that <see cref="IFlowSource.SearchFlowsAsync"/> would find, without making them.</summary>
    /// <param name="sum">What is asked for.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>A sum for each group: those with the most flows first, then in the order of their values (<c>MetadataOrder</c>).</returns>
    /// <exception cref="HistoryException">The store could not be read, or more flows have to be told apart than fits in memory.</exception>
    Task<IReadOnlyList<FlowSum>> SumFlowsAsync(FlowSumSearch sum, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps metric samples. Samples of one node and path with the same Start and Last are one: the one appended last is what
    /// <see cref="IMetricSource.SearchMetricsAsync"/> finds, so that samples may be appended again.
    /// </summary>
    /// <param name="samples">The samples; none is fine.</param>
    /// <param name="cancellationToken">Gives up waiting; a write that has begun is completed all the same.</param>
    /// <exception cref="HistoryException">None of them was kept.</exception>
    Task AppendMetricsAsync(IReadOnlyList<MetricSample> samples, CancellationToken cancellationToken);

    /// <summary>Keeps a resource, in place of the one with the same kind and identifier. Survives the loss of power once the task completes.</summary>
    /// <param name="kind">What it is, such as <c>capture</c>.</param>
    /// <param name="id">Its identifier.</param>
    /// <param name="json">The resource.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="HistoryException">It was not kept.</exception>
    Task PutResourceAsync(string kind, string id, string json, CancellationToken cancellationToken);

    /// <summary>Forgets a resource.</summary>
    /// <param name="kind">What it is.</param>
    /// <param name="id">Its identifier.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>False when there was none.</returns>
    /// <exception cref="HistoryException">It is still there.</exception>
    Task<bool> DeleteResourceAsync(string kind, string id, CancellationToken cancellationToken);

    /// <summary>The resources of a kind, by identifier (ordinal).</summary>
    /// <param name="kind">What they are.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="HistoryException">The store could not be read.</exception>
    Task<IReadOnlyList<StoredResource>> GetResourcesAsync(string kind, CancellationToken cancellationToken);

    /// <summary>
    /// Takes one bounded step, of some milliseconds, towards the limits of age and size: forgets the oldest revisions that are closed and the
    /// oldest flows. Elements that are alive and resources are always kept. Other writes come in between steps.
    /// </summary>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether there is more to forget now.</returns>
    /// <exception cref="HistoryException">Nothing was forgotten.</exception>
    Task<bool> PruneAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Puts small batches of flows together and gives space that is no longer used back to the file system, in bounded steps between other
    /// writes. Cheap when there is nothing to do: call it about as often as <see cref="PruneAsync"/>.
    /// </summary>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    /// <exception cref="HistoryException">It failed; the data are as before.</exception>
    Task CompactAsync(CancellationToken cancellationToken);

    /// <summary>Gives back memory that was of use while very much was written.</summary>
    /// <param name="cancellationToken">Gives up waiting for that.</param>
    Task TrimMemoryAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Reads everything and says what is wrong with it.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The faults found, one sentence each, a hundred at most; empty when all is well.</returns>
    Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken);

    /// <summary>How many revisions, elements and flows there are, and from when.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="HistoryException">The store could not be read.</exception>
    Task<HistoryStatistics> GetStatisticsAsync(CancellationToken cancellationToken);

    /// <summary>How the store does. Quick and without waiting.</summary>
    StorageStatus GetStatus();
}
