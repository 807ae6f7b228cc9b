using System.Threading.Channels;
using Microsoft.Extensions.Logging;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Status;
using Skydive.Flows.Table;
using Skydive.Storage;

namespace Skydive.Analyzer.Flows;

/// <summary>
/// Takes flows from agents and brings them into the store in batches. Bounded: when the store cannot keep up, agents that can wait are made to,
/// and of an agent in the same process the newest flows are counted as dropped rather than kept in memory without end. A write that may succeed
/// later is tried again until it does.
/// </summary>
public sealed partial class FlowReceiver : IAsyncDisposable
{
    private const int BulkSize = 5000;
    private static readonly TimeSpan s_bulkDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_retryDelay = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_farewell = TimeSpan.FromSeconds(5);

    private readonly IHistoryStore _store;
    private readonly int _maximumBuffered;
    private readonly TimeProvider _time;
    private readonly ILogger<FlowReceiver> _logger;
    private readonly FlowEnhancer? _enhancer;
    private readonly Channel<FlowDelivery> _queue = Channel.CreateUnbounded<FlowDelivery>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _gate = new();
    private TaskCompletionSource _roomMade = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _buffered;
    private long _received;
    private long _stored;
    private long _waiting;
    private long _dropped;
    private long _repeated;
    private bool _isOverrun;
    private bool _isClosed;
    private int _isDisposed;

    /// <summary>Makes a receiver.</summary>
    /// <param name="store">The store.</param>
    /// <param name="maximumBuffered">How many flows may wait (analyzer.flow.max_buffer_size).</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of failures.</param>
    public FlowReceiver(IHistoryStore store, int maximumBuffered, TimeProvider time, ILogger<FlowReceiver> logger)
        : this(store, maximumBuffered, time, logger, null)
    {
    }

    /// <summary>Makes a receiver that adds to flows what the topology knows of their ends.</summary>
    internal FlowReceiver(IHistoryStore store, int maximumBuffered, TimeProvider time, ILogger<FlowReceiver> logger, FlowEnhancer? enhancer)
    {
        _store = store;
        _maximumBuffered = maximumBuffered;
        _time = time;
        _logger = logger;
        _enhancer = enhancer;
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the receiver is disposed, or fails with what broke it.</summary>
    public Task Completion { get; }

    /// <summary>How many updates of flows could not be kept, because there was no room or because the store refused them.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Who is told of flows when the store has them; null for nobody.</summary>
    internal FlowBoard? Board { get; init; }

    /// <summary>What became of flows.</summary>
    public FlowReceptionStatus Status => new()
    {
        Received = Interlocked.Read(ref _received),
        Stored = Interlocked.Read(ref _stored),
        Waiting = Interlocked.Read(ref _waiting),
        Dropped = Dropped,
        Repeated = Interlocked.Read(ref _repeated),
    };

    /// <summary>Takes flows of an agent in the same process. Does not wait.</summary>
    /// <param name="flows">The flows; with their packets when they are a batch of a table.</param>
    /// <param name="onDropped">Told how many of the flows, and of their packets, the store has refused later.</param>
    /// <returns>False when there was no room and they were dropped.</returns>
    public bool TryAccept(IReadOnlyList<Flow> flows, Action<int, int>? onDropped = null)
    {
        IReadOnlyList<FlowRawPackets> packets = flows is FlowBatch batch ? [.. batch.RawPackets] : [];
        var delivery = new FlowDelivery
        {
            Flows = flows,
            Packets = packets,
            OnEnd = onDropped is null ? null : isStored =>
            {
                if (!isStored)
                {
                    onDropped(flows.Count, packets.Sum(static flow => flow.Packets.Count));
                }
            },
        }.Weighed();
        Interlocked.Add(ref _received, flows.Count);
        if (TryEnqueue(delivery, mustFit: true))
        {
            return true;
        }

        Interlocked.Add(ref _dropped, flows.Count);
        TellOverrun();
        return false;
    }

    /// <summary>Writes what is waiting, then ends.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        lock (_gate)
        {
            _isClosed = true;
            _roomMade.TrySetResult();
        }

        _queue.Writer.TryComplete();
        _stop.CancelAfter(s_farewell);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        while (_queue.Reader.TryRead(out var left))
        {
            GiveUp(left);
        }

        _stop.Dispose();
    }

    /// <summary>Takes what an agent sent. Waits until there is room: whoever sends has to wait, too.</summary>
    /// <param name="delivery">What it sent.</param>
    /// <param name="cancellationToken">Gives up; nothing was taken then.</param>
    /// <exception cref="OperationCanceledException">It was given up, or the receiver has ended.</exception>
    internal async Task AcceptAsync(FlowDelivery delivery, CancellationToken cancellationToken)
    {
        var weighed = delivery.Weighed();
        while (true)
        {
            Task roomMade;
            lock (_gate)
            {
                if (_isClosed)
                {
                    throw new OperationCanceledException("the analyzer is ending");
                }

                if (TryEnqueue(weighed, mustFit: false))
                {
                    break;
                }

                roomMade = _roomMade.Task;
            }

            await roomMade.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        Interlocked.Add(ref _received, delivery.Flows.Count);
    }

    /// <summary>Counts a message that came again.</summary>
    internal void OnRepeated() => Interlocked.Increment(ref _repeated);

    private bool TryEnqueue(FlowDelivery delivery, bool mustFit)
    {
        lock (_gate)
        {
            // The channel itself has no bound since its items are batches; the number of flows has, here. What is larger than all the room comes
            // alone.
            if (_isClosed || (_buffered + delivery.Weight > _maximumBuffered && (mustFit || _buffered > 0)))
            {
                return false;
            }

            _buffered += delivery.Weight;
            Interlocked.Add(ref _waiting, delivery.Flows.Count);
            return _queue.Writer.TryWrite(delivery);
        }
    }

    private void OnDone(List<FlowDelivery> bulk)
    {
        lock (_gate)
        {
            foreach (var delivery in bulk)
            {
                _buffered -= delivery.Weight;
                Interlocked.Add(ref _waiting, -delivery.Flows.Count);
            }

            _isOverrun = false;
            _roomMade.TrySetResult();
            _roomMade = new(TaskCreationOptions.RunContinuationsAsynchronously);
        }
    }

    private void TellOverrun()
    {
        lock (_gate)
        {
            if (_isOverrun || _isClosed)
            {
                return;
            }

            _isOverrun = true;
        }

        LogOverrun(_logger, _maximumBuffered);
    }

    private async Task RunAsync()
    {
        var bulk = new List<FlowDelivery>();
        try
        {
            while (await _queue.Reader.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                bulk.Clear();
                await CollectAsync(bulk).ConfigureAwait(false);
                await StoreAsync(bulk).ConfigureAwait(false);
                OnDone(bulk);
                bulk.Clear();
            }
        }
        finally
        {
            foreach (var delivery in bulk)
            {
                GiveUp(delivery);
            }
        }
    }

    /// <summary>Takes what is waiting and what comes within a second, since large writes cost the store less than many small ones.</summary>
    private async Task CollectAsync(List<FlowDelivery> bulk)
    {
        using var delay = new CancellationTokenSource(s_bulkDelay, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(delay.Token, _stop.Token);
        int count = 0;
        try
        {
            do
            {
                while (count < BulkSize && _queue.Reader.TryRead(out var delivery))
                {
                    bulk.Add(delivery);
                    count += Math.Max(1, delivery.Weight);
                }
            }
            while (count < BulkSize && await _queue.Reader.WaitToReadAsync(either.Token).ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!_stop.IsCancellationRequested)
        {
            // The second is over.
        }
    }

    private async Task StoreAsync(List<FlowDelivery> bulk)
    {
        if (await TryStoreAsync(bulk).ConfigureAwait(false) is not { } refusal)
        {
            return;
        }

        // Something in it is refused for what it is; the rest can be kept without that.
        foreach (var delivery in bulk)
        {
            var refused = bulk.Count == 1 ? refusal : await TryStoreAsync([delivery]).ConfigureAwait(false);
            if (refused is null)
            {
                continue;
            }

            LogStoreFailed(_logger, delivery.Flows.Count, refused);
            if (delivery.Progress is { } progress)
            {
                // That it was refused survives a restart as well: it must not come again.
                await KeepAsync(new() { Progress = [progress] }).ConfigureAwait(false);
            }

            GiveUp(delivery);
        }
    }

    /// <summary>Stores deliveries, and tells who they came from.</summary>
    /// <returns>Null when they are stored, otherwise why they are refused.</returns>
    private async Task<HistoryException?> TryStoreAsync(IReadOnlyList<FlowDelivery> deliveries)
    {
        var flows = deliveries.SelectMany(static delivery => delivery.Flows).ToArray();
        _enhancer?.Enhance(flows);
        var refusal = await KeepAsync(new()
        {
            Flows = flows,
            Packets = [.. deliveries.SelectMany(static delivery => delivery.Packets)],
            Progress =
            [
                .. deliveries.Select(static delivery => delivery.Progress).OfType<FlowProgress>()
                    .GroupBy(static progress => progress.Run).Select(static run => run.MaxBy(static progress => progress.Sequence)),
            ],
        }).ConfigureAwait(false);
        if (refusal is null)
        {
            Interlocked.Add(ref _stored, flows.Length);
            Board?.Tell(flows);
            foreach (var delivery in deliveries)
            {
                delivery.OnEnd?.Invoke(true);
            }
        }

        return refusal;
    }

    /// <summary>Has the store keep something, however often that has to be tried.</summary>
    /// <returns>Null when it is kept, otherwise why it never will be.</returns>
    private async Task<HistoryException?> KeepAsync(FlowAppend append)
    {
        for (bool isFirst = true; ; isFirst = false)
        {
            try
            {
                await _store.AppendFlowsAsync(append, _stop.Token).ConfigureAwait(false);
                return null;
            }
            catch (HistoryException e) when (e.IsRetryable)
            {
                if (isFirst)
                {
                    LogStoreWaits(_logger, append.Flows.Count, e.Message);
                }

                await Task.Delay(s_retryDelay, _time, _stop.Token).ConfigureAwait(false);
            }
            catch (HistoryException e)
            {
                return e;
            }
        }
    }

    private void GiveUp(FlowDelivery delivery)
    {
        // An agent that was not told sends it again, to the next analyzer.
        if (delivery.Progress is not null && _stop.IsCancellationRequested)
        {
            return;
        }

        Interlocked.Add(ref _dropped, delivery.Flows.Count);
        delivery.OnEnd?.Invoke(false);
    }

    [LoggerMessage(2311, LogLevel.Warning, "More than {Limit} flows wait for the store: flows are being dropped, see the status")]
    private static partial void LogOverrun(ILogger logger, int limit);

    [LoggerMessage(2312, LogLevel.Error, "{Count} flows could not be stored")]
    private static partial void LogStoreFailed(ILogger logger, int count, Exception exception);

    [LoggerMessage(2313, LogLevel.Warning, "{Count} flows wait, since the store cannot take them: {Reason}; trying again")]
    private static partial void LogStoreWaits(ILogger logger, int count, string reason);
}
