using Microsoft.Extensions.Logging;
using Skydive.Storage;

namespace Skydive.Analyzer.History;

/// <summary>Keeps the history store within its limits of age and size, a small step at a time.</summary>
internal sealed partial class HistoryPruner : IAsyncDisposable
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly IHistoryStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<HistoryPruner> _logger;
    private readonly CancellationTokenSource _stop = new();
    private int _isDisposed;

    /// <summary>Begins to work.</summary>
    /// <param name="store">The store.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of failures.</param>
    public HistoryPruner(IHistoryStore store, TimeProvider time, ILogger<HistoryPruner> logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the pruner is disposed, or fails with what broke it.</summary>
    public Task Completion { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            using var timer = new PeriodicTimer(s_interval, _time);
            while (await timer.WaitForNextTickAsync(_stop.Token).ConfigureAwait(false))
            {
                await PruneAsync().ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    private async Task PruneAsync()
    {
        try
        {
            while (await _store.PruneAsync(_stop.Token).ConfigureAwait(false))
            {
                await Task.Delay(s_pause, _time, _stop.Token).ConfigureAwait(false);
            }

            await _store.CompactAsync(_stop.Token).ConfigureAwait(false);
        }
        catch (HistoryException e)
        {
            LogPruneFailed(_logger, e);
        }
    }

    [LoggerMessage(2211, LogLevel.Warning, "Old history could not be removed")]
    private static partial void LogPruneFailed(ILogger logger, Exception exception);
}
