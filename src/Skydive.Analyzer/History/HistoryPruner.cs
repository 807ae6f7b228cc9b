using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Skydive.Storage;

namespace Skydive.Analyzer.History;

/// <summary>Keeps the history store within its limits of age and size, a small step at a time.</summary>
public sealed partial class HistoryPruner : BackgroundService
{
    private static readonly TimeSpan s_interval = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly IHistoryStore _store;
    private readonly TimeProvider _time;
    private readonly ILogger<HistoryPruner> _logger;

    /// <summary>Makes the service.</summary>
    /// <param name="store">The store.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of failures.</param>
    public HistoryPruner(IHistoryStore store, TimeProvider time, ILogger<HistoryPruner> logger)
    {
        _store = store;
        _time = time;
        _logger = logger;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_interval, _time);
        while (await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false))
        {
            try
            {
                while (await _store.PruneAsync(stoppingToken).ConfigureAwait(false))
                {
                    await Task.Delay(s_pause, _time, stoppingToken).ConfigureAwait(false);
                }

                await _store.CompactAsync(stoppingToken).ConfigureAwait(false);
            }
            catch (HistoryException e)
            {
                LogPruneFailed(_logger, e);
            }
        }
    }

    [LoggerMessage(2211, LogLevel.Warning, "Old history could not be removed")]
    private static partial void LogPruneFailed(ILogger logger, Exception exception);
}
