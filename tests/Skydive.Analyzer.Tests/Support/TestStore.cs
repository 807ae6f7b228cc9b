using Skydive.Contracts.Flows;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Status;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;
using Skydive.Storage;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>A memory store that can be made to fail or to wait, and counts what it is asked.</summary>
internal sealed class TestStore : IHistoryStore
{
    private readonly IHistoryStore _store = Make.Store();
    private long _failures;
    private long _appends;
    private long _reconciliations;

    /// <summary>Whether writes fail.</summary>
    public bool Fails { get; set; }

    /// <summary>Identifiers of elements that are refused for what they are.</summary>
    public HashSet<string> Refused { get; } = [];

    /// <summary>Writes wait for this.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>How many steps of pruning have something to forget.</summary>
    public int PruneSteps { get; set; }

    /// <summary>What pruning fails with; null when it does not.</summary>
    public Exception? PruneFault { get; set; }

    public int PruneFaults { get; private set; }

    public int Compactions { get; private set; }

    public long Failures => Interlocked.Read(ref _failures);

    public long Appends => Interlocked.Read(ref _appends);

    public long Reconciliations => Interlocked.Read(ref _reconciliations);

    public Task AppendAsync(GraphBatch batch, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            Interlocked.Increment(ref _appends);
            Refuse(batch.Elements);
            return _store.AppendAsync(batch, cancellationToken);
        },
        cancellationToken);

    public async Task<int> ReconcileAsync(SubGraph live, long time, CancellationToken cancellationToken)
    {
        int count = 0;
        await WriteAsync(
            async () =>
            {
                Interlocked.Increment(ref _reconciliations);
                Refuse(live.Nodes);
                count = await _store.ReconcileAsync(live, time, cancellationToken);
            },
            cancellationToken);
        return count;
    }

    public Task<int> CloseAllAsync(IReadOnlyCollection<string> origins, long time, CancellationToken cancellationToken) => _store.CloseAllAsync(origins, time, cancellationToken);

    public Task<SubGraph> GetLiveElementsAsync(CancellationToken cancellationToken) => _store.GetLiveElementsAsync(cancellationToken);

    public Task<IGraphView> GetGraphAsync(TimeSlice slice, CancellationToken cancellationToken) => _store.GetGraphAsync(slice, cancellationToken);

    public Task<IReadOnlyList<ElementDifference>> GetDifferencesAsync(long before, long after, CancellationToken cancellationToken) => _store.GetDifferencesAsync(before, after, cancellationToken);

    public Task AppendFlowsAsync(FlowAppend append, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            Interlocked.Increment(ref _appends);
            Refuse(append.Flows.Select(static flow => flow.UUID));
            return _store.AppendFlowsAsync(append, cancellationToken);
        },
        cancellationToken);

    public Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken) => _store.SearchFlowsAsync(search, cancellationToken);

    public Task<long> GetFlowProgressAsync(Guid run, CancellationToken cancellationToken) => _store.GetFlowProgressAsync(run, cancellationToken);

    public Task<IReadOnlyList<FlowRawPackets>> SearchRawPacketsAsync(RawPacketSearch search, CancellationToken cancellationToken) => _store.SearchRawPacketsAsync(search, cancellationToken);

    public Task<IReadOnlyList<FlowSum>> SumFlowsAsync(FlowSumSearch sum, CancellationToken cancellationToken) => _store.SumFlowsAsync(sum, cancellationToken);

    public Task AppendMetricsAsync(IReadOnlyList<MetricSample> samples, CancellationToken cancellationToken) => WriteAsync(
        () =>
        {
            Interlocked.Increment(ref _appends);
            Refuse(samples.Select(static sample => sample.ElementId));
            return _store.AppendMetricsAsync(samples, cancellationToken);
        },
        cancellationToken);

    public Task<IReadOnlyList<MetricSample>> SearchMetricsAsync(MetricSearch search, CancellationToken cancellationToken) => _store.SearchMetricsAsync(search, cancellationToken);

    public Task PutResourceAsync(string kind, string id, string json, CancellationToken cancellationToken) =>
        WriteAsync(() => _store.PutResourceAsync(kind, id, json, cancellationToken), cancellationToken);

    public async Task<bool> DeleteResourceAsync(string kind, string id, CancellationToken cancellationToken)
    {
        bool deleted = false;
        await WriteAsync(async () => deleted = await _store.DeleteResourceAsync(kind, id, cancellationToken), cancellationToken);
        return deleted;
    }

    public Task<IReadOnlyList<StoredResource>> GetResourcesAsync(string kind, CancellationToken cancellationToken) => _store.GetResourcesAsync(kind, cancellationToken);

    public Task<bool> PruneAsync(CancellationToken cancellationToken)
    {
        if (PruneFault is { } fault)
        {
            PruneFaults++;
            return Task.FromException<bool>(fault);
        }

        return Task.FromResult(PruneSteps > 0 && PruneSteps-- > 0);
    }

    public Task CompactAsync(CancellationToken cancellationToken)
    {
        Compactions++;
        return _store.CompactAsync(cancellationToken);
    }

    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) => _store.CheckAsync(cancellationToken);

    public Task<HistoryStatistics> GetStatisticsAsync(CancellationToken cancellationToken) => _store.GetStatisticsAsync(cancellationToken);

    public StorageStatus GetStatus() => _store.GetStatus();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    private void Refuse(IEnumerable<GraphElement> elements) => Refuse(elements.Select(static element => element.Id));

    private void Refuse(IEnumerable<string> identifiers)
    {
        if (identifiers.Any(Refused.Contains))
        {
            throw new HistoryException(HistoryErrorReason.Refused, "not that one");
        }
    }

    private async Task WriteAsync(Func<Task> write, CancellationToken cancellationToken)
    {
        await Gate.WaitAsync(cancellationToken);
        if (Fails)
        {
            Interlocked.Increment(ref _failures);
            throw new HistoryException(HistoryErrorReason.Full, "the disk is full");
        }

        await write();
    }
}
