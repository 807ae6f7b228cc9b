using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Status;
using Skydive.Contracts.Topology;
using Skydive.Graph.Views;
using Skydive.Storage.Flows;
using Skydive.Storage.Metrics;

namespace Skydive.Storage.Memory;

/// <summary>
/// A history store that lives as long as the process, for agents and tests. Bounded: the oldest closed revisions, the flows that were not
/// updated for the longest time, and the metric samples that came first make room. Of a flow only the newest update is kept.
/// </summary>
public sealed class MemoryHistoryStore : IHistoryStore
{
    private readonly Lock _gate = new();
    private readonly HistoryStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly Dictionary<ElementKey, List<GraphElement>> _revisions = [];
    private readonly Dictionary<ElementKey, int> _open = [];
    private readonly Dictionary<string, LinkedListNode<StoredFlow>> _flows = new(StringComparer.Ordinal);
    private readonly LinkedList<StoredFlow> _flowsByUpdate = new();
    private readonly MemoryRawPackets _packets = new();
    private readonly Dictionary<Guid, (long Sequence, long StoredAt)> _runs = [];
    private readonly MemoryMetrics _metrics = new();
    private readonly Dictionary<string, SortedDictionary<string, string>> _resources = new(StringComparer.Ordinal);
    private long _revisionCount;
    private bool _isClosed;

    /// <summary>Makes an empty store.</summary>
    /// <param name="options">The options; only the limits are looked at.</param>
    /// <param name="time">The clock that ages are measured with; null for the system's.</param>
    public MemoryHistoryStore(HistoryStoreOptions options, TimeProvider? time = null)
    {
        _options = options;
        _time = time ?? TimeProvider.System;
    }

    /// <inheritdoc/>
    public Task AppendAsync(GraphBatch batch, CancellationToken cancellationToken) => Run(cancellationToken, () =>
    {
        foreach (var element in batch.Elements)
        {
            Append(element);
        }

        Trim();
        return true;
    });

    /// <inheritdoc/>
    public Task<int> ReconcileAsync(SubGraph live, long time, CancellationToken cancellationToken) => Run(cancellationToken, () =>
    {
        var changes = Reconciliation.Between(_open.Select(pair => (pair.Key, StoredRevision.Of(_revisions[pair.Key][pair.Value]))), live);
        foreach (var key in changes.Gone)
        {
            Close(key, time, deletedAt: time);
        }

        foreach (var element in changes.New)
        {
            Append(element);
        }

        Trim();
        return changes.Gone.Count + changes.New.Count;
    });

    /// <inheritdoc/>
    public Task<int> CloseAllAsync(IReadOnlyCollection<string> origins, long time, CancellationToken cancellationToken) => Run(cancellationToken, () =>
    {
        var keys = _open.Where(pair => origins.Contains(_revisions[pair.Key][pair.Value].Origin, StringComparer.Ordinal)).Select(static pair => pair.Key).ToList();
        foreach (var key in keys)
        {
            Close(key, time, deletedAt: time);
        }

        Trim();
        return keys.Count;
    });

    /// <inheritdoc/>
    public Task<SubGraph> GetLiveElementsAsync(CancellationToken cancellationToken) => Run(cancellationToken, () =>
    {
        var open = _open.Select(pair => _revisions[pair.Key][pair.Value])
            .OrderBy(static element => element.CreatedAt)
            .ThenBy(static element => element.Id, StringComparer.Ordinal)
            .ToList();
        return new SubGraph { Nodes = [.. open.OfType<Node>()], Edges = [.. open.OfType<Edge>()] };
    });

    /// <inheritdoc/>
    public Task<IGraphView> GetGraphAsync(TimeSlice slice, CancellationToken cancellationToken) => Run<IGraphView>(cancellationToken, () =>
    {
        var shown = new List<GraphElement>();
        foreach (var element in _revisions.Values.SelectMany(static revisions => revisions))
        {
            if (StoredRevision.Of(element).IsShownAt(slice))
            {
                shown.Add(element);
                AnswerLimits.CheckRevisions(shown.Count, _options);
            }
        }

        return new RevisionView(slice, shown.OfType<Node>(), shown.OfType<Edge>());
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<ElementDifference>> GetDifferencesAsync(long before, long after, CancellationToken cancellationToken) => Run(cancellationToken, () =>
    {
        var only = (Before: new List<GraphElement>(), After: new List<GraphElement>());
        foreach (var element in _revisions.Values.SelectMany(static revisions => revisions))
        {
            var revision = StoredRevision.Of(element);
            bool isBefore = revision.IsShownAt(TimeSlice.At(before));
            if (isBefore != revision.IsShownAt(TimeSlice.At(after)))
            {
                (isBefore ? only.Before : only.After).Add(element);
                AnswerLimits.CheckRevisions(Math.Max(only.Before.Count, only.After.Count), _options);
            }
        }

        return Differences.Between(only.Before, only.After);
    });

    /// <inheritdoc/>
    public Task AppendFlowsAsync(FlowAppend append, CancellationToken cancellationToken) => Run(cancellationToken, () =>
    {
        long now = Now();
        _packets.Add(append.Packets, now, _options.MaximumPacketBytes);
        foreach (var (run, sequence) in append.Progress)
        {
            _runs[run] = (Math.Max(sequence, _runs.GetValueOrDefault(run).Sequence), now);
        }

        foreach (var flow in append.Flows)
        {
            if (_flows.Remove(flow.UUID, out var old))
            {
                _flowsByUpdate.Remove(old);
            }

            _flows[flow.UUID] = _flowsByUpdate.AddLast(new StoredFlow(flow, now));
        }

        while (_flows.Count > _options.MaximumFlows)
        {
            _flows.Remove(_flowsByUpdate.First!.Value.Flow.UUID);
            _flowsByUpdate.RemoveFirst();
        }

        return true;
    });

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken)
    {
        var flows = await Run(cancellationToken, _flowsByUpdate.ToArray).ConfigureAwait(false);
        var matches = new List<Flow>();
        foreach (var (flow, _) in flows)
        {
            if (search.Matches(flow))
            {
                matches.Add(flow);
                AnswerLimits.CheckFlows(matches.Count, _options);
            }
        }

        return search.Finish(matches);
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FlowSum>> SumFlowsAsync(FlowSumSearch sum, CancellationToken cancellationToken)
    {
        var flows = await Run(cancellationToken, _flowsByUpdate.ToArray).ConfigureAwait(false);
        var sums = new FlowSums(sum.Fields.Count);
        var except = sum.Except?.ToHashSet(StringComparer.Ordinal);
        var groupPath = sum.GroupBy is { } name ? FieldPath.Parse(name) : null;
        FieldPath[] paths = [.. sum.Fields.Select(FieldPath.Parse)];
        foreach (var (flow, _) in flows)
        {
            if (!sum.Search.Matches(flow) || except?.Contains(flow.UUID) == true)
            {
                continue;
            }

            int group = sums.GroupOf(groupPath is not null && flow.TryGetField(groupPath, out var key) ? key : default);
            sums.Count([group]);
            for (int i = 0; i < paths.Length; i++)
            {
                sums.Add([group], i, [flow.TryGetField(paths[i], out var value) && value.TryGetInteger(out long number) ? number : 0]);
            }
        }

        return sums.Finish();
    }

    /// <inheritdoc/>
    public Task AppendMetricsAsync(IReadOnlyList<MetricSample> samples, CancellationToken cancellationToken) => Run(cancellationToken, () =>
    {
        _metrics.Add(samples, Now());
        _metrics.Trim(_options.MaximumMetrics);
        return true;
    });

    /// <inheritdoc/>
    public Task<IReadOnlyList<MetricSample>> SearchMetricsAsync(MetricSearch search, CancellationToken cancellationToken) => Run(cancellationToken, () =>
    {
        var collector = new MetricCollector(search, _options);
        foreach (var sample in _metrics.Find(search.Path, search.ElementIds))
        {
            collector.Add(sample, 0);
        }

        return collector.Finish();
    });

    /// <inheritdoc/>
    public Task PutResourceAsync(string kind, string id, string json, CancellationToken cancellationToken) => Run(cancellationToken, () =>
    {
        if (!_resources.TryGetValue(kind, out var resources))
        {
            _resources[kind] = resources = new(StringComparer.Ordinal);
        }

        resources[id] = json;
        return true;
    });

    /// <inheritdoc/>
    public Task<long> GetFlowProgressAsync(Guid run, CancellationToken cancellationToken) => Run(cancellationToken, () => _runs.GetValueOrDefault(run).Sequence);

    /// <inheritdoc/>
    public Task<IReadOnlyList<FlowRawPackets>> SearchRawPacketsAsync(RawPacketSearch search, CancellationToken cancellationToken) =>
        Run(cancellationToken, () => _packets.Search(search));

    /// <inheritdoc/>
    public Task<bool> DeleteResourceAsync(string kind, string id, CancellationToken cancellationToken) =>
        Run(cancellationToken, () => _resources.TryGetValue(kind, out var resources) && resources.Remove(id));

    /// <inheritdoc/>
    public Task<IReadOnlyList<StoredResource>> GetResourcesAsync(string kind, CancellationToken cancellationToken) =>
        Run<IReadOnlyList<StoredResource>>(cancellationToken, () => _resources.TryGetValue(kind, out var resources)
            ? [.. resources.Select(static pair => new StoredResource(pair.Key, pair.Value))]
            : []);

    /// <inheritdoc/>
    public Task<bool> PruneAsync(CancellationToken cancellationToken) => Run(cancellationToken, () =>
    {
        if (_options.MaximumAge is { } age)
        {
            long oldest = Now() - (long)age.TotalMilliseconds;
            Forget(element => element.ArchivedAt < oldest);
            while (_flowsByUpdate.First is { } first && first.Value.StoredAt < oldest)
            {
                _flows.Remove(first.Value.Flow.UUID);
                _flowsByUpdate.RemoveFirst();
            }

            _packets.ForgetBefore(oldest);
            foreach (var (run, _) in _runs.Where(pair => pair.Value.StoredAt < oldest).ToArray())
            {
                _runs.Remove(run);
            }

            _metrics.ForgetBefore(oldest);
        }

        return false;
    });

    /// <inheritdoc/>
    public Task CompactAsync(CancellationToken cancellationToken) => Run(cancellationToken, static () => true);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> CheckAsync(CancellationToken cancellationToken) =>
        Run<IReadOnlyList<string>>(cancellationToken, static () => []);

    /// <inheritdoc/>
    public Task<HistoryStatistics> GetStatisticsAsync(CancellationToken cancellationToken) => Run(cancellationToken, () => new HistoryStatistics
    {
        LiveElements = _open.Count,
        Revisions = _revisionCount,
        FlowRecords = _flows.Count,
        OldestRevision = _revisions.Values.SelectMany(static revisions => revisions).Min(static element => (long?)element.UpdatedAt),
        RawPackets = _packets.Count,
        RawPacketBytes = _packets.Bytes,
        OldestFlow = _flowsByUpdate.Min(static stored => (long?)stored.Flow.Start),
        MetricSamples = _metrics.Count,
        OldestMetric = _metrics.OldestStart,
    });

    /// <inheritdoc/>
    public StorageStatus GetStatus() => new() { Driver = HistoryStoreOptions.MemoryDriver, Status = "running" };

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _isClosed = true;
        }

        return ValueTask.CompletedTask;
    }

    private long Now() => _time.GetUtcNow().ToUnixTimeMilliseconds();

    private Task<T> Run<T>(CancellationToken cancellationToken, Func<T> body)
    {
        if (cancellationToken.IsCancellationRequested)
        {
            return Task.FromCanceled<T>(cancellationToken);
        }

        try
        {
            lock (_gate)
            {
                return _isClosed
                    ? throw new HistoryException(HistoryErrorReason.Closed, "the history store is closed")
                    : Task.FromResult(body());
            }
        }
        catch (HistoryException e)
        {
            return Task.FromException<T>(e);
        }
    }

    private void Append(GraphElement element)
    {
        var key = ElementKey.Of(element);
        if (!_revisions.TryGetValue(key, out var revisions))
        {
            _revisions[key] = revisions = [];
        }

        int openIndex = _open.GetValueOrDefault(key, -1);
        StoredRevision? open = openIndex < 0 ? null : StoredRevision.Of(revisions[openIndex], openIndex);
        if (element.DeletedAt is { } deletedAt)
        {
            switch (RevisionRules.ForDeletion(element, open, revisions.Exists(other => other.CreatedAt == element.CreatedAt)))
            {
                case RevisionAction.Close:
                    Close(key, deletedAt, deletedAt);
                    break;
                case RevisionAction.AppendClosed:
                    long end = RevisionRules.EndOf(element.UpdatedAt, deletedAt);
                    revisions.Add(element.WithEnd(end, end));
                    _revisionCount++;
                    break;
            }

            return;
        }

        int sameIndex = revisions.FindIndex(other => StoredRevision.Of(other).IsSameAs(element));
        StoredRevision? same = sameIndex < 0 ? null : StoredRevision.Of(revisions[sameIndex], sameIndex);
        switch (RevisionRules.ForRevision(element, open, same))
        {
            case RevisionAction.Append:
                Close(key, element.UpdatedAt, deletedAt: null);
                _open[key] = revisions.Count;
                revisions.Add(element.WithEnd(null, null));
                _revisionCount++;
                break;
            case RevisionAction.Reopen:
                Close(key, element.UpdatedAt, deletedAt: null);
                _open[key] = sameIndex;
                revisions[sameIndex] = element.WithEnd(null, null);
                break;
            case RevisionAction.Rewrite:
                revisions[sameIndex] = element.WithEnd(null, null);
                break;
        }
    }

    private void Close(ElementKey key, long endedAt, long? deletedAt)
    {
        if (_open.Remove(key, out int index))
        {
            var revisions = _revisions[key];
            long end = RevisionRules.EndOf(revisions[index].UpdatedAt, endedAt);
            revisions[index] = revisions[index].WithEnd(deletedAt is null ? null : end, end);
        }
    }

    /// <summary>Makes room in one go for a tenth of the limit, so that the search for the oldest is paid once for many revisions.</summary>
    private void Trim()
    {
        if (_revisionCount - _open.Count <= _options.MaximumClosedRevisions)
        {
            return;
        }

        int kept = _options.MaximumClosedRevisions - (_options.MaximumClosedRevisions / 10);
        var ends = _revisions.Values.SelectMany(static revisions => revisions)
            .Where(static element => element.ArchivedAt is not null)
            .Select(static element => element.ArchivedAt!.Value)
            .OrderDescending()
            .ToList();
        long newestToForget = ends[kept];
        Forget(element => element.ArchivedAt <= newestToForget);
    }

    private void Forget(Predicate<GraphElement> isToForget)
    {
        foreach (var (key, revisions) in _revisions.ToList())
        {
            int removed = revisions.RemoveAll(isToForget);
            _revisionCount -= removed;
            if (revisions.Count == 0)
            {
                _revisions.Remove(key);
            }
            else if (removed > 0 && _open.ContainsKey(key))
            {
                _open[key] = revisions.FindIndex(static element => element.ArchivedAt is null);
            }
        }
    }

    /// <summary>A flow, and when its newest update came.</summary>
    private readonly record struct StoredFlow(Flow Flow, long StoredAt);
}
