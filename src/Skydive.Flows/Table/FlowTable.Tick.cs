namespace Skydive.Flows.Table;

/// <content>Updates, expiry and sending.</content>
public sealed unsafe partial class FlowTable
{
    // Connections that have ended stay for stragglers, and to be seen.
    private const long HoldNanoseconds = 15_000_000_000;

    // Memory is given back when flows fill less than this fraction of it.
    private const int CompactBelow = 8;

    // How long a TCP segment waits for those before it.
    private const long StreamTimeoutNanoseconds = 30_000_000_000;

    private readonly OutgoingFlows _outgoing;
    private bool _hasTicked;
    private long _lastUpdateNanoseconds;
    private long _nextUpdateNanoseconds;
    private long _nextExpiryNanoseconds;
    private long _nextStreamFlushNanoseconds = long.MaxValue;

    /// <summary>
    /// When <see cref="Tick"/> will next have something to do, in nanoseconds since 1970-01-01 UTC; <see cref="long.MinValue"/> before the
    /// first call, which starts the first interval.
    /// </summary>
    public long NextTickNanoseconds => !_hasTicked
        ? long.MinValue
        : Math.Min(
            Math.Min(_nextUpdateNanoseconds, _nextExpiryNanoseconds),
            Math.Min(_nextStreamFlushNanoseconds, _defragmenter?.NextExpiryNanoseconds ?? long.MaxValue));

    /// <summary>
    /// Tells the time. Each update interval flows with new packets get their last window and are sent; flows that were idle for longer than
    /// their application allows, or than <see cref="FlowTableOptions.ExpireAfter"/>, are sent as timed out and removed; connections that ended
    /// 15 s ago are removed. Fragments and TCP segments that waited for others for 30 s are given up. To be called about once a second.
    /// </summary>
    /// <param name="nowNanoseconds">The time now: nanoseconds since 1970-01-01 UTC. A time before the last one does nothing.</param>
    /// <exception cref="ObjectDisposedException">The table has been disposed.</exception>
    public void Tick(long nowNanoseconds)
    {
        _defragmenter?.Expire(nowNanoseconds);
        DrainFragments();
        Flush();
        if (nowNanoseconds >= _nextStreamFlushNanoseconds)
        {
            FlushStreams(nowNanoseconds - StreamTimeoutNanoseconds);
            _nextStreamFlushNanoseconds = AddSaturated(nowNanoseconds, StreamTimeoutNanoseconds);
        }

        if (!_hasTicked)
        {
            _hasTicked = true;
            StartIntervals(nowNanoseconds);
            _nextStreamFlushNanoseconds = _options.ReassembleTcp ? AddSaturated(nowNanoseconds, StreamTimeoutNanoseconds) : long.MaxValue;
        }
        else if (nowNanoseconds >= _nextUpdateNanoseconds)
        {
            Sweep(nowNanoseconds, isUpdate: true);
            StartIntervals(nowNanoseconds);
        }
        else if (nowNanoseconds >= _nextExpiryNanoseconds)
        {
            Sweep(nowNanoseconds, isUpdate: false);
            _nextExpiryNanoseconds = AddSaturated(nowNanoseconds, _defaultTimeoutNanoseconds);
        }

        Send();
    }

    /// <summary>Ends the table's work: sends every flow, those that have not ended as timed out, and leaves the table empty.</summary>
    /// <param name="nowNanoseconds">The time now: nanoseconds since 1970-01-01 UTC.</param>
    /// <exception cref="ObjectDisposedException">The table has been disposed.</exception>
    public void Finish(long nowNanoseconds)
    {
        _defragmenter?.Expire(long.MaxValue);
        DrainFragments();
        Flush();
        FlushStreams(long.MaxValue);
        for (uint start = 0; start < _storage.End; start += FlowStorage.ChunkLength)
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                FlowStorage storage = _storage;
                for (uint entry = start; entry < Math.Min(storage.End, start + FlowStorage.ChunkLength); entry++)
                {
                    FlowHot* hot = storage.Hot(entry);
                    if ((hot->State & FlowState.Live) == 0)
                    {
                        continue;
                    }

                    // An ended connection without new packets has been sent already.
                    bool isNews = (hot->State & FlowState.Touched) != 0 || (hot->State & FlowState.Finished) == 0;
                    EndWindow(storage, entry, nowNanoseconds);
                    TimeOut(hot);
                    if (isNews)
                    {
                        Take(storage, entry);
                    }
                }
            }

            Send();
        }

        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            Replace(NewStorage());
        }

        Send();
    }

    private static long AddSaturated(long time, long span) => time > long.MaxValue - span ? long.MaxValue : time + span;

    private static void TimeOut(FlowHot* hot)
    {
        if ((hot->State & FlowState.Finished) == 0)
        {
            hot->State |= FlowState.FinishedByTimeout;
        }
    }

    private void StartIntervals(long nowNanoseconds)
    {
        _lastUpdateNanoseconds = nowNanoseconds;
        _nextUpdateNanoseconds = AddSaturated(nowNanoseconds, ToNanoseconds(_options.UpdateInterval));
        _nextExpiryNanoseconds = AddSaturated(nowNanoseconds, _defaultTimeoutNanoseconds);
    }

    private void FlushStreams(long beforeNanoseconds)
    {
        for (uint start = 0; _options.ReassembleTcp && start < _storage.End; start += FlowStorage.ChunkLength)
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                _storage.Extras!.FlushStreams(start, Math.Min(_storage.End, start + FlowStorage.ChunkLength), beforeNanoseconds);
            }
        }
    }

    // One chunk at a time under the lock, so that searches get their turn and what waits to be sent stays little.
    private void Sweep(long nowNanoseconds, bool isUpdate)
    {
        for (uint start = 0; start < _storage.End; start += FlowStorage.ChunkLength)
        {
            lock (_gate)
            {
                ObjectDisposedException.ThrowIf(_isDisposed, this);
                FlowStorage storage = _storage;
                for (uint entry = start; entry < Math.Min(storage.End, start + FlowStorage.ChunkLength); entry++)
                {
                    if ((storage.Hot(entry)->State & FlowState.Live) != 0)
                    {
                        Sweep(storage, entry, nowNanoseconds, isUpdate);
                    }
                }
            }

            Send();
        }

        Compact();
    }

    private void Sweep(FlowStorage storage, uint entry, long nowNanoseconds, bool isUpdate)
    {
        FlowHot* hot = storage.Hot(entry);
        long idle = nowNanoseconds - hot->LastNanoseconds;
        bool wasFinished = (hot->State & FlowState.Finished) != 0;
        bool isTimeout = !wasFinished && idle > storage.Cold(entry)->TimeoutNanoseconds;
        bool isOver = isTimeout || (wasFinished && idle >= HoldNanoseconds);
        bool isTouched = (hot->State & FlowState.Touched) != 0;
        if (!isUpdate && !isOver)
        {
            return;
        }

        EndWindow(storage, entry, nowNanoseconds);
        if (isTimeout)
        {
            TimeOut(hot);
        }

        if (isTouched || isTimeout)
        {
            Take(storage, entry);
        }

        if (isOver)
        {
            storage.Remove(entry);
        }
    }

    // Makes what was counted since the last update the flow's last window, and starts the next one.
    private void EndWindow(FlowStorage storage, uint entry, long nowNanoseconds)
    {
        FlowHot* hot = storage.Hot(entry);
        FlowCold* cold = storage.Cold(entry);
        if ((hot->State & (FlowState.Touched | FlowState.HasWindow)) == FlowState.HasWindow && cold->Window.ABPackets == 0
            && cold->Window.BAPackets == 0)
        {
            // Idle before and idle still: nothing to write.
            return;
        }

        cold->WindowStartNanoseconds = (hot->State & FlowState.HasWindow) == 0
            ? cold->StartNanoseconds
            : Math.Max(cold->StartNanoseconds, _lastUpdateNanoseconds);
        cold->WindowLastNanoseconds = Math.Max(cold->WindowStartNanoseconds, nowNanoseconds);
        cold->Window = hot->Total - cold->TotalAtUpdate;
        cold->TotalAtUpdate = hot->Total;
        hot->State = (hot->State | FlowState.HasWindow) & ~FlowState.Touched;
    }

    private void Take(FlowStorage storage, uint entry)
    {
        ref FlowRecord record = ref _outgoing.Add();
        record.Hot = *storage.Hot(entry);
        record.Cold = *storage.Cold(entry);
        record.Extras = storage.Extras?.Copy(entry, in record.Hot.Key, takesPackets: true);
    }

    // Without the lock, as the sink may take its time.
    private void Send()
    {
        while (_outgoing.TryTakeBatch() is { } batch)
        {
            _sink.OnFlows(batch);
        }
    }

    private void Compact()
    {
        lock (_gate)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, this);
            FlowStorage storage = _storage;
            if (storage.End > CompactBelow * FlowStorage.ChunkLength && storage.Count < storage.End / CompactBelow)
            {
                Replace(storage.Compact());
            }
        }
    }

    // Under the lock.
    private void Replace(FlowStorage storage)
    {
        _storage.Dispose();
        _storage = storage;
        _storageVersion++;
        _evictions.Clear();
    }
}
