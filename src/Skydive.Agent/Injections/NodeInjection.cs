using Skydive.Contracts.Injections;
using Skydive.Contracts.Metadata;
using Skydive.Linux;
using Skydive.Linux.Packets;

namespace Skydive.Agent.Injections;

/// <summary>Sends the packets of one injection from one node. It has a socket and no thread.</summary>
internal sealed class NodeInjection : IAsyncDisposable
{
    private const int BatchSize = 64;
    private const int MaximumBatchBytes = 1 << 20;

    /// <summary>How long the kernel is given when its queue is full.</summary>
    private static readonly TimeSpan s_queuePause = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan s_longestWait = TimeSpan.FromDays(1);

    private readonly Injection _injection;
    private readonly IFrameSeries _frames;
    private readonly PacketSender _sender;
    private readonly Action<NodeInjection> _onEnd;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _completion;
    private long _sent;
    private long _yieldedAt;
    private volatile string _state = InjectionStates.Active;
    private volatile string? _error;
    private int _isDisposed;

    /// <summary>Begins to send.</summary>
    /// <param name="injection">The order.</param>
    /// <param name="frames">What to send.</param>
    /// <param name="sender">Sends it; belongs to the injection from now on.</param>
    /// <param name="onEnd">Told when all was sent, or it failed; not when it is disposed before.</param>
    /// <param name="time">The clock.</param>
    public NodeInjection(Injection injection, IFrameSeries frames, PacketSender sender, Action<NodeInjection> onEnd, TimeProvider time)
    {
        _injection = injection;
        _frames = frames;
        _sender = sender;
        _onEnd = onEnd;
        _time = time;
        _completion = Task.Run(RunAsync);
    }

    /// <summary>How many packets were sent.</summary>
    public long PacketCount => Interlocked.Read(ref _sent);

    /// <summary>Why no more are sent; null when nothing went wrong.</summary>
    public string? Error => _error;

    /// <summary>When it was over, by the clock of <see cref="TimeProvider.GetTimestamp"/>; null while it is not.</summary>
    public long? EndedAt { get; private set; }

    /// <summary>The injection as it stands in the <c>PacketInjections</c> list of its node. Safe to call from any thread.</summary>
    public MetadataMap ToMetadata()
    {
        // The state first: once it says that it is over, the count does not change any more.
        string state = _state;
        return new MetadataBuilder()
            .Set("ID", _injection.UUID)
            .Set("State", state)
            .Set("PacketCount", PacketCount)
            .SetIfNotNull("Error", _error)
            .Set("Src", _injection.Src)
            .Set("Dst", _injection.Dst)
            .Set("SrcIP", _injection.SrcIP)
            .Set("DstIP", _injection.DstIP)
            .Set("SrcMAC", _injection.SrcMAC)
            .Set("DstMAC", _injection.DstMAC)
            .Set("SrcPort", _injection.SrcPort)
            .Set("DstPort", _injection.DstPort)
            .Set("Type", _injection.Type)
            .Set("ICMPID", _injection.ICMPID)
            .Set("Count", _frames.Count)
            .Set("Interval", _injection.Interval)
            .Set("Mode", _injection.Mode)
            .Set("IncrementPayload", _injection.IncrementPayload)
            .Set("TTL", _injection.TTL)
            .Set("StartTime", _injection.StartTime.ToUnixTimeMilliseconds())
            .Build();
    }

    /// <summary>Stops sending, and closes the socket.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        await _completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            using (_sender)
            {
                await SendAsync().ConfigureAwait(false);
            }

            End(InjectionStates.Completed, null);
        }
        catch (LinuxException e)
        {
            End(InjectionStates.Failed, e.Reason == LinuxErrorReason.InterfaceDown ? "the interface is down" : e.Message);
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
#pragma warning disable CA1031 // The last resort of one injection: whoever ordered it is told, the others and the agent go on.
        catch (Exception e)
#pragma warning restore CA1031
        {
            End(InjectionStates.Failed, e.ToString());
        }
    }

    private void End(string state, string? error)
    {
        _error = error;
        EndedAt = _time.GetTimestamp();
        _state = state;
        _onEnd(this);
    }

    /// <summary>Sends all frames, as many at once as are due.</summary>
    private async Task SendAsync()
    {
        using var batch = new PacketBatch(Capacity(), _frames.MaximumLength);
        long began = _time.GetTimestamp();
        for (long index = 0; index < _frames.Count;)
        {
            if (_frames.IsTimed)
            {
                // No timer is finer than a millisecond: what is due sooner goes now. The longest that one can be set to is weeks.
                TimeSpan wait;
                while ((wait = _frames.GetDue(index) - _time.GetElapsedTime(began)) >= s_shortestWait)
                {
                    await Task.Delay(wait < s_longestWait ? wait : s_longestWait, _time, _stop.Token).ConfigureAwait(false);
                }
            }

            index = Fill(batch, index, began);
            for (int first = 0; first < batch.Count;)
            {
                int sent = _sender.TrySend(batch, first, out var errno);
                first += sent;
                Interlocked.Add(ref _sent, sent);
                if (errno == Errno.NoBufferSpace)
                {
                    await Task.Delay(s_queuePause, _time, _stop.Token).ConfigureAwait(false);
                }
                else
                {
                    ThrowUnlessSent(errno);
                }
            }

            await BreatheAsync(index).ConfigureAwait(false);
        }
    }

    /// <summary>What is sent one by one needs no room for more, and there may be thousands of these.</summary>
    private int Capacity() => _injection.Interval > 0 || _frames.Count == 1 ? 1 : Math.Clamp(MaximumBatchBytes / _frames.MaximumLength, 1, BatchSize);

    private long Fill(PacketBatch batch, long index, long began)
    {
        batch.Clear();
        var until = _frames.IsTimed ? _time.GetElapsedTime(began) + s_shortestWait : TimeSpan.MaxValue;
        do
        {
            batch.Add(_frames.Get(index++));
        }
        while (batch.Count < batch.Capacity && index < _frames.Count && (!_frames.IsTimed || _frames.GetDue(index) < until));

        return index;
    }

    /// <summary>Hears a stop, and now and then lets others have the thread.</summary>
    private async ValueTask BreatheAsync(long index)
    {
        _stop.Token.ThrowIfCancellationRequested();
        if (index - _yieldedAt >= BatchSize)
        {
            _yieldedAt = index;
            await Task.Yield();
        }
    }

    private static void ThrowUnlessSent(Errno errno)
    {
        if (errno != Errno.None)
        {
            throw new LinuxException("send frame", errno);
        }
    }
}
