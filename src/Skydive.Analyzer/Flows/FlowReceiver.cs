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
    private long _refused;
    private long _failed;
    private int _isDisposed;

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

    /// <summary>How many flows could not be kept, because there was no room or because the store refused them.</summary>
    public long Dropped => Refused + Interlocked.Read(ref _failed);

    /// <summary>How many flows were dropped before they came to the store, which counts its own.</summary>
    internal long Refused => Interlocked.Read(ref _refused);

    /// <summary>Takes flows. Does not wait.</summary>
    /// <param name="flows">The flows.</param>
    /// <returns>False when there was no room and they were dropped.</returns>
    public bool TryAccept(IReadOnlyList<Flow> flows)
    {
        // The channel itself has no bound since its items are batches; the number of flows has, here.
        if (Interlocked.Add(ref _buffered, flows.Count) <= _maximumBuffered && _queue.Writer.TryWrite(flows))
        {
            return true;
        }

        Interlocked.Add(ref _buffered, -flows.Count);
        if (Interlocked.Add(ref _refused, flows.Count) == flows.Count)
        {
            LogOverrun(_logger, _maximumBuffered);
        }

        return false;
    }

    /// <summary>Writes what is waiting, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

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
            await CollectAsync(batch).ConfigureAwait(false);
            await StoreAsync(batch).ConfigureAwait(false);
            Interlocked.Add(ref _buffered, -batch.Count);
        }
    }

    /// <summary>Takes what is waiting and what comes within a second, since large writes cost the store less than many small ones.</summary>
    private async Task CollectAsync(List<Flow> batch)
    {
        using var delay = new CancellationTokenSource(s_bulkDelay, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(delay.Token, _stop.Token);
        try
        {
            do
            {
                while (batch.Count < BulkSize && _queue.Reader.TryRead(out var flows))
                {
                    batch.AddRange(flows);
                }
            }
            while (batch.Count < BulkSize && await _queue.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            // The second is over.
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
            Interlocked.Add(ref _failed, batch.Count);
            LogStoreFailed(_logger, batch.Count, e);
        }
    }

    [LoggerMessage(2311, LogLevel.Warning, "More than {Limit} flows wait for the store: flows are being dropped, see the status")]
    private static partial void LogOverrun(ILogger logger, int limit);

    [LoggerMessage(2312, LogLevel.Error, "{Count} flows could not be stored")]
    private static partial void LogStoreFailed(ILogger logger, int count, Exception exception);
}
