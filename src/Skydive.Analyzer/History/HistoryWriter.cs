using System.Diagnostics;
using Microsoft.Extensions.Logging;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Storage;

namespace Skydive.Analyzer.History;

/// <summary>
/// Brings every change of the graph into the history store, in order, through one bounded queue, and the metric samples in them beside it. A store that fails is tried again; what the
/// queue could not hold meanwhile is made good by comparing the graph with the store. A change that the store refuses for what it is is left
/// out and counted, so that it stands in the way of no other.
/// </summary>
public sealed partial class HistoryWriter : IAsyncDisposable
{
    private const int MaximumEventsPerBatch = 5000;
    private const int MaximumSamplesPerBatch = 20_000;
    private const int QueueSize = 65536;
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    /// <summary>
    /// The least time between two writes while changes keep coming and nobody waits for them: a write costs as much as some hundreds of revisions in it. A change
    /// that comes alone is written at once.
    /// </summary>
    private static readonly TimeSpan s_gatherTime = TimeSpan.FromMilliseconds(100);

    private readonly LiveGraph _graph;
    private readonly IHistoryStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<HistoryWriter> _logger;
    private readonly GraphSubscription _subscription;
    private readonly CancellationTokenSource _stop = new();
    private readonly SemaphoreSlim _hurry = new(0);
    private readonly Lock _waitersLock = new();
    private readonly List<(long Sequence, TaskCompletionSource Written)> _waiters = [];
    private long _written;
    private long _dropped;
    private long _samplesDropped;
    private int _isDisposed;

    private HistoryWriter(LiveGraph graph, IHistoryStore store, TimeProvider time, ILogger<HistoryWriter> logger, int queueSize)
    {
        _graph = graph;
        _store = store;
        _time = time;
        _logger = logger;
        _subscription = graph.Subscribe(queueSize);
        _written = _subscription.Start.Sequence;
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the writer is disposed, or fails with what broke it.</summary>
    public Task Completion { get; }

    /// <summary>How many revisions the store refused.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>How many metric samples were left out because the store refuses them.</summary>
    public long SamplesDropped => Interlocked.Read(ref _samplesDropped);

    /// <summary>Whether the graph shows what is not in the store yet.</summary>
    public bool IsBehind
    {
        get
        {
            lock (_waitersLock)
            {
                return _written < _graph.Current.Sequence;
            }
        }
    }

    /// <summary>How many transactions of the graph are not in the store yet.</summary>
    public long Waiting
    {
        get
        {
            lock (_waitersLock)
            {
                return Math.Max(_graph.Current.Sequence - _written, 0);
            }
        }
    }

    /// <summary>How many wait for the store.</summary>
    internal int WaiterCount
    {
        get
        {
            lock (_waitersLock)
            {
                return _waiters.Count;
            }
        }
    }

    /// <summary>
    /// Brings graph and store together and begins to write. Elements that were alive when the service ended are taken into the graph, until
    /// their agents come back; those that the analyzer itself had made are closed.
    /// </summary>
    /// <param name="graph">The analyzer's graph, still empty.</param>
    /// <param name="store">The store.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of failures.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="HistoryException">The store could not be read or written.</exception>
    public static async Task<HistoryWriter> StartAsync(
        LiveGraph graph, IHistoryStore store, TimeProvider time, ILogger<HistoryWriter> logger, CancellationToken cancellationToken) =>
        await StartAsync(graph, store, time, logger, QueueSize, cancellationToken).ConfigureAwait(false);

    /// <summary>As the other, with a queue of a given size.</summary>
    internal static async Task<HistoryWriter> StartAsync(
        LiveGraph graph, IHistoryStore store, TimeProvider time, ILogger<HistoryWriter> logger, int queueSize, CancellationToken cancellationToken)
    {
        await store.CloseAllAsync([graph.Origin], time.GetUtcNow().ToUnixTimeMilliseconds(), cancellationToken).ConfigureAwait(false);
        var live = await store.GetLiveElementsAsync(cancellationToken).ConfigureAwait(false);
        graph.Write(transaction => transaction.Synchronize(null, live));
        return new(graph, store, time, logger, queueSize);
    }

    /// <summary>Waits until everything that the graph shows now is in the store, but not longer than the given time.</summary>
    /// <param name="limit">How long to wait at most.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <returns>Whether it is.</returns>
    public async Task<bool> FlushAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        long sequence = _graph.Current.Sequence;
        TaskCompletionSource written;
        lock (_waitersLock)
        {
            if (_written >= sequence)
            {
                return true;
            }

            written = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((sequence, written));
        }

        _hurry.Release();
        try
        {
            await written.Task.WaitAsync(limit, _time, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (TimeoutException)
        {
            // The store is slow or failing: an answer that lacks the last moments is better than none, and status tells of the store.
            return false;
        }
        finally
        {
            // One who has given up must not be kept until the store works again.
            lock (_waitersLock)
            {
                _waiters.RemoveAll(waiter => waiter.Written == written);
            }
        }
    }

    /// <summary>Writes what is waiting, if the store takes it within five seconds, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await FlushAsync(TimeSpan.FromSeconds(5), CancellationToken.None).ConfigureAwait(false);
        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _subscription.Dispose();
        _stop.Dispose();
        _hurry.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            long begun = 0;
            while (await _subscription.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                if (begun != 0)
                {
                    await GatherAsync(s_gatherTime - Stopwatch.GetElapsedTime(begun)).ConfigureAwait(false);
                }

                // A method of its own: nothing of what was written is to be held while the graph is quiet.
                begun = Stopwatch.GetTimestamp();
                await WriteWaitingAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task GatherAsync(TimeSpan time)
    {
        // Whoever waits comes with a permit of his own; some permits are of those who wait no more. The semaphore counts whole milliseconds.
        while (WaiterCount == 0 && time >= TimeSpan.FromMilliseconds(1))
        {
            long begun = Stopwatch.GetTimestamp();
            await _hurry.WaitAsync(time, _stop.Token).ConfigureAwait(false);
            time -= Stopwatch.GetElapsedTime(begun);
        }
    }

    private async Task WriteWaitingAsync()
    {
        var events = new List<GraphEvent>();
        var samples = new List<MetricSample>();
        long sequence = Collect(events, samples, out var resynchronized);
        await AppendAsync(events).ConfigureAwait(false);
        if (resynchronized is not null)
        {
            // What came before the gap is history all the same.
            await ReconcileAsync(resynchronized.ToSubGraph()).ConfigureAwait(false);
        }

        await AppendAsync(samples).ConfigureAwait(false);
        Advance(sequence);
    }

    // Up to a batch of what is waiting, or up to a gap; returns where it ends.
    private long Collect(List<GraphEvent> events, List<MetricSample> samples, out GraphSnapshot? resynchronized)
    {
        long sequence = _written;
        resynchronized = null;
        while (resynchronized is null && events.Count < MaximumEventsPerBatch && samples.Count < MaximumSamplesPerBatch && _subscription.TryRead(out var change))
        {
            sequence = change.Snapshot.Sequence;
            foreach (var graphEvent in change.Commit?.Events ?? [])
            {
                MetricSamples.Collect(graphEvent, samples);
            }

            if (change.Commit is { IsTransient: false } commit)
            {
                events.AddRange(commit.Events);
            }
            else if (change.IsResynchronization)
            {
                LogOverrun(_logger, change.Lost);
                resynchronized = change.Snapshot;
            }
        }

        return sequence;
    }

    private async Task AppendAsync(List<GraphEvent> events)
    {
        if (events.Count > 0)
        {
            var batch = GraphBatch.From(events);
            events.Clear();
            await AppendAsync(batch.Elements).ConfigureAwait(false);
        }
    }

    private Task AppendAsync(IReadOnlyList<GraphElement> elements) =>
        AppendAsync(elements, (part, token) => _store.AppendAsync(new(part), token), Drop);

    private async Task AppendAsync(List<MetricSample> samples)
    {
        if (samples.Count > 0)
        {
            // The write may outlive the wait for it, when the service ends.
            MetricSample[] batch = [.. samples];
            samples.Clear();
            await AppendAsync(batch, _store.AppendMetricsAsync, Drop).ConfigureAwait(false);
        }
    }

    private async Task AppendAsync<T>(IReadOnlyList<T> items, Func<IReadOnlyList<T>, CancellationToken, Task> append, Action<T, HistoryException> drop)
    {
        try
        {
            await RetryAsync(token => append(items, token)).ConfigureAwait(false);
        }
        catch (HistoryException e) when (IsRefusal(e))
        {
            if (items.Count == 1)
            {
                drop(items[0], e);
                return;
            }

            // Halves, in order, down to what is refused.
            await AppendAsync([.. items.Take(items.Count / 2)], append, drop).ConfigureAwait(false);
            await AppendAsync([.. items.Skip(items.Count / 2)], append, drop).ConfigureAwait(false);
        }
    }

    private async Task ReconcileAsync(SubGraph live)
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        try
        {
            await RetryAsync(token => _store.ReconcileAsync(live, now, token)).ConfigureAwait(false);
        }
        catch (HistoryException e) when (IsRefusal(e))
        {
            await ReconcileInPartsAsync(live, now).ConfigureAwait(false);
        }
    }

    /// <summary>As the store does it, but so that what it refuses can be left out.</summary>
    private async Task ReconcileInPartsAsync(SubGraph live, long now)
    {
        var changes = new List<GraphElement>();
        try
        {
            var stored = new SubGraph();
            await RetryAsync(async token => stored = await _store.GetLiveElementsAsync(token).ConfigureAwait(false)).ConfigureAwait(false);
            var nodes = live.Nodes.Select(static node => node.Id).ToHashSet(StringComparer.Ordinal);
            var edges = live.Edges.Select(static edge => edge.Id).ToHashSet(StringComparer.Ordinal);
            changes.AddRange(stored.Edges.Where(edge => !edges.Contains(edge.Id)).Select(edge => edge.With(deletedAt: now)));
            changes.AddRange(stored.Nodes.Where(node => !nodes.Contains(node.Id)).Select(node => node.With(deletedAt: now)));
        }
        catch (HistoryException e) when (IsRefusal(e))
        {
            // What is gone cannot be told any more; what is there can.
            LogLiveUnreadable(_logger, e);
        }

        changes.AddRange(live.Nodes);
        changes.AddRange(live.Edges);
        for (int start = 0; start < changes.Count; start += MaximumEventsPerBatch)
        {
            await AppendAsync(changes.GetRange(start, Math.Min(MaximumEventsPerBatch, changes.Count - start))).ConfigureAwait(false);
        }
    }

    private static bool IsRefusal(HistoryException error) => !error.IsRetryable && error.Reason != HistoryErrorReason.Closed;

    private void Drop(GraphElement element, HistoryException error)
    {
        long dropped = Interlocked.Increment(ref _dropped);

        // A database that is damaged refuses everything: each log entry stands for more than the one before.
        if (long.IsPow2(dropped))
        {
            LogRefused(_logger, element is Edge ? "edge" : "node", element.Id, element.Revision, dropped, error);
        }
    }

    private void Drop(MetricSample sample, HistoryException error)
    {
        long dropped = Interlocked.Increment(ref _samplesDropped);
        if (long.IsPow2(dropped))
        {
            LogSampleRefused(_logger, sample.Path, sample.ElementId, dropped, error);
        }
    }

    private async Task RetryAsync(Func<CancellationToken, Task> write)
    {
        for (bool failed = false; ;)
        {
            try
            {
                await write(_stop.Token).ConfigureAwait(false);
                if (failed)
                {
                    LogStoreWorksAgain(_logger);
                }

                return;
            }
            catch (HistoryException e) when (e.IsRetryable)
            {
                if (!failed)
                {
                    LogStoreFailed(_logger, e);
                }

                failed = true;
                await Task.Delay(s_retryDelay, _time, _stop.Token).ConfigureAwait(false);
            }
        }
    }

    private void Advance(long sequence)
    {
        lock (_waitersLock)
        {
            _written = sequence;
            foreach (var (_, written) in _waiters.Where(waiter => waiter.Sequence <= sequence))
            {
                written.SetResult();
            }

            _waiters.RemoveAll(waiter => waiter.Sequence <= sequence);
        }
    }

    [LoggerMessage(2201, LogLevel.Error, "History cannot be written; trying again until it can")]
    private static partial void LogStoreFailed(ILogger logger, Exception exception);

    [LoggerMessage(2202, LogLevel.Information, "History is written again")]
    private static partial void LogStoreWorksAgain(ILogger logger);

    [LoggerMessage(2203, LogLevel.Warning, "History could not keep up: {Lost} commits were left out and the present state is written instead")]
    private static partial void LogOverrun(ILogger logger, long lost);

    [LoggerMessage(2204, LogLevel.Error, "History refuses revision {Revision} of {Kind} {Id}, which is left out; {Dropped} were left out so far")]
    private static partial void LogRefused(ILogger logger, string kind, string id, long revision, long dropped, Exception exception);

    [LoggerMessage(2205, LogLevel.Error, "History cannot tell which elements were alive in it; those that are gone stay open")]
    private static partial void LogLiveUnreadable(ILogger logger, Exception exception);

    [LoggerMessage(2206, LogLevel.Error, "History refuses a sample of {Path} of node {Id}, which is left out; {Dropped} were left out so far")]
    private static partial void LogSampleRefused(ILogger logger, string path, string id, long dropped, Exception exception);
}
