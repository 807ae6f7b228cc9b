using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Skydive.Contracts.Flows;
using Skydive.Storage;

namespace Skydive.Analyzer.Flows;

/// <summary>
/// Takes flows from agents and brings them into the store in batches. Bounded: when the store cannot keep up, the newest flows are counted as
/// dropped rather than kept in memory without end.
/// </summary>
public sealed partial class FlowReceiver : IAsyncDisposable
{
    private static readonly TimeSpan s_bulkDelay = TimeSpan.FromSeconds(1);
    private const int BulkSize = 5000;

    private readonly IHistoryStore _store;
    private readonly int _maximumBuffered;
    private readonly TimeProvider _time;
    private readonly ILogger<FlowReceiver> _logger;
    private readonly Channel<IReadOnlyList<Flow>> _queue = Channel.CreateUnbounded<IReadOnlyList<Flow>>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private long _buffered;
    private long _dropped;

    /// <summary>Makes a receiver.</summary>
    /// <param name="store">The store.</param>
    /// <param name="maximumBuffered">How many flows may wait (analyzer.flow.max_buffer_size).</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of failures.</param>
    public FlowReceiver(IHistoryStore store, int maximumBuffered, TimeProvider time, ILogger<FlowReceiver> logger)
    {
        _store = store;
        _maximumBuffered = maximumBuffered;
        _time = time;
        _logger = logger;
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the receiver is disposed, or fails with what broke it.</summary>
    public Task Completion { get; }

    /// <summary>How many flows could not be kept.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Takes flows. Does not wait.</summary>
    /// <param name="flows">The flows.</param>
    /// <returns>False when there was no room and they were dropped.</returns>
    public bool TryAccept(IReadOnlyList<Flow> flows)
    {
        // The channel itself has no bound since its items are batches; the number of flows has, here.
        if (Interlocked.Add(ref _buffered, flows.Count) > _maximumBuffered)
        {
            Interlocked.Add(ref _buffered, -flows.Count);
            if (Interlocked.Add(ref _dropped, flows.Count) == flows.Count)
            {
                LogOverrun(_logger, _maximumBuffered);
            }

            return false;
        }

        return _queue.Writer.TryWrite(flows);
    }

    /// <summary>Writes what is waiting, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        _stop.CancelAfter(TimeSpan.FromSeconds(5));
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        var batch = new List<Flow>();
        while (await _queue.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
        {
            batch.Clear();
            long began = _time.GetTimestamp();
            while (batch.Count < BulkSize && _time.GetElapsedTime(began) < s_bulkDelay)
            {
                if (_queue.Reader.TryRead(out var flows))
                {
                    batch.AddRange(flows);
                    continue;
                }

                if (_queue.Reader.Completion.IsCompleted)
                {
                    break;
                }

                await Task.Delay(TimeSpan.FromMilliseconds(50), _time, _stop.Token).ConfigureAwait(false);
            }

            await StoreAsync(batch).ConfigureAwait(false);
            Interlocked.Add(ref _buffered, -batch.Count);
        }
    }

    private async Task StoreAsync(List<Flow> batch)
    {
        try
        {
            await _store.AppendFlowsAsync([.. batch], _stop.Token).ConfigureAwait(false);
        }
        catch (HistoryException e)
        {
            Interlocked.Add(ref _dropped, batch.Count);
            LogStoreFailed(_logger, batch.Count, e);
        }
    }

    [LoggerMessage(2311, LogLevel.Warning, "More than {Limit} flows wait for the store: flows are being dropped, see the status")]
    private static partial void LogOverrun(ILogger logger, int limit);

    [LoggerMessage(2312, LogLevel.Error, "{Count} flows could not be stored")]
    private static partial void LogStoreFailed(ILogger logger, int count, Exception exception);
}
