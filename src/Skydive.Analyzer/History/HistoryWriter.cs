using Microsoft.Extensions.Logging;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Storage;

namespace Skydive.Analyzer.History;

/// <summary>
/// Brings every change of the graph into the history store, in order, through one bounded queue. A store that fails is tried again; what the
/// queue could not hold meanwhile is made good by comparing the graph with the store.
/// </summary>
public sealed partial class HistoryWriter : IAsyncDisposable
{
    private const int MaximumEventsPerBatch = 5000;
    private const int QueueSize = 65536;
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);

    private readonly LiveGraph _graph;
    private readonly IHistoryStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<HistoryWriter> _logger;
    private readonly GraphSubscription _subscription;
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _waitersLock = new();
    private readonly List<(long Sequence, TaskCompletionSource Written)> _waiters = [];
    private long _written;
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
    public async Task FlushAsync(TimeSpan limit, CancellationToken cancellationToken)
    {
        long sequence = _graph.Current.Sequence;
        TaskCompletionSource written;
        lock (_waitersLock)
        {
            if (_written >= sequence)
            {
                return;
            }

            written = new(TaskCreationOptions.RunContinuationsAsynchronously);
            _waiters.Add((sequence, written));
        }

        try
        {
            await written.Task.WaitAsync(limit, _time, cancellationToken).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            // The store is slow or failing: an answer that lacks the last moments is better than none, and status tells of the store.
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
    }

    private async Task RunAsync()
    {
        try
        {
            var events = new List<GraphEvent>();
            while (await _subscription.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                GraphSnapshot? last = null;
                while (events.Count < MaximumEventsPerBatch && _subscription.TryRead(out var change))
                {
                    last = change.Snapshot;
                    if (change.Commit is { IsTransient: false } commit)
                    {
                        events.AddRange(commit.Events);
                    }
                    else if (change.IsResynchronization)
                    {
                        // What came before the gap is history all the same.
                        LogOverrun(_logger, change.Lost);
                        await AppendAsync(events).ConfigureAwait(false);
                        await RetryAsync(token => _store.ReconcileAsync(change.Snapshot.ToSubGraph(), _time.GetUtcNow().ToUnixTimeMilliseconds(), token)).ConfigureAwait(false);
                    }
                }

                await AppendAsync(events).ConfigureAwait(false);
                if (last is not null)
                {
                    Advance(last.Sequence);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task AppendAsync(List<GraphEvent> events)
    {
        if (events.Count > 0)
        {
            var batch = GraphBatch.From(events);
            events.Clear();
            await RetryAsync(token => _store.AppendAsync(batch, token)).ConfigureAwait(false);
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
            catch (HistoryException e) when (e.Reason != HistoryErrorReason.Closed)
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
}
