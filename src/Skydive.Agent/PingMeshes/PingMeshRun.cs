using Skydive.Contracts.PingMeshes;

namespace Skydive.Agent.PingMeshes;

/// <summary>
/// The pairs of one mesh whose sources are on this host. Requests are spread over the interval; one loop sends them all and finds those that are
/// lost. Safe for use by several threads at once.
/// </summary>
internal sealed class PingMeshRun : IAsyncDisposable
{
    /// <summary>How many requests are sent before others have the lock.</summary>
    private const int BatchSize = 32;

    private const int MaximumSamples = 200_000;
    private const int MaximumSamplesInReport = 5_000;
    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_shortestWait = TimeSpan.FromMilliseconds(1);

    private readonly TimeProvider _time;
    private readonly TimeSpan _interval;
    private readonly TimeSpan _timeout;
    private readonly TimeSpan _samplePeriod;
    private readonly long _began;
    private readonly Dictionary<string, PingPairRun> _pairs = new(StringComparer.Ordinal);
    private readonly PriorityQueue<PingPairRun, TimeSpan> _due = new();
    private readonly Queue<(PingPairRun Pair, ushort Sequence, TimeSpan At)> _expiries = new();
    private readonly Queue<(long Sequence, PingSample Sample)> _samples = new();
    private readonly SemaphoreSlim _changed = new(0, 1);
    private readonly CancellationTokenSource _stop = new();
    private TimeSpan _nextSample;
    private long _sampleStart;
    private long _sequence;
    private long _samplesDropped;
    private int _isDisposed;

    /// <summary>Begins to measure, without pairs.</summary>
    /// <param name="mesh">The mesh, complete.</param>
    /// <param name="time">The clock.</param>
    public PingMeshRun(PingMesh mesh, TimeProvider time)
    {
        Mesh = mesh;
        _time = time;
        _interval = TimeSpan.FromMilliseconds(mesh.Interval);
        _timeout = TimeSpan.FromMilliseconds(mesh.Timeout);
        _samplePeriod = TimeSpan.FromMilliseconds(mesh.SamplePeriod);
        _began = time.GetTimestamp();
        _nextSample = _samplePeriod;
        _sampleStart = time.GetUtcNow().ToUnixTimeMilliseconds();

        // Above that of a run before, so that what it acknowledged is not taken for ours.
        _sequence = _sampleStart * 1000;
        Completion = Task.Run(RunAsync);
    }

    /// <summary>The mesh.</summary>
    public PingMesh Mesh { get; }

    /// <summary>The lock of all pairs.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Ends when it is disposed, or fails with what broke it.</summary>
    public Task Completion { get; }

    /// <summary>The pairs. Only one thread at a time adds and removes.</summary>
    public IReadOnlyCollection<PingPairRun> Pairs => _pairs.Values;

    /// <summary>Finds a pair.</summary>
    public PingPairRun? Find(string id) => _pairs.GetValueOrDefault(id);

    /// <summary>Adds a pair, which sends its first request within the interval.</summary>
    public void Add(PingPairRun pair)
    {
        lock (Gate)
        {
            _pairs.Add(pair.Probe.ID, pair);
        }
    }

    /// <summary>Takes a pair out.</summary>
    public void Remove(PingPairRun pair)
    {
        lock (Gate)
        {
            pair.IsRemoved = true;
            _pairs.Remove(pair.Probe.ID);
        }
    }

    /// <summary>Spreads pairs that are new over the interval.</summary>
    /// <param name="pairs">The pairs.</param>
    public void Schedule(IReadOnlyList<PingPairRun> pairs)
    {
        lock (Gate)
        {
            var now = _time.GetElapsedTime(_began);
            for (int i = 0; i < pairs.Count; i++)
            {
                pairs[i].Due = now + (_interval * i / pairs.Count);
                _due.Enqueue(pairs[i], pairs[i].Due);
            }
        }

        Wake();
    }

    /// <summary>What was measured.</summary>
    /// <param name="after">The last sequence of samples that is kept elsewhere; those up to it are forgotten.</param>
    public PingReport Report(long after)
    {
        lock (Gate)
        {
            while (_samples.TryPeek(out var oldest) && oldest.Sequence <= after)
            {
                _samples.Dequeue();
            }

            bool isCompleted = Mesh.Count > 0 && _pairs.Values.All(static pair => !pair.CanSend || (pair.IsSpent && pair.IsDecided));
            if (isCompleted)
            {
                // The last sample is shorter than the others.
                TakeSamples();
            }

            var given = _samples.Take(MaximumSamplesInReport).ToArray();
            return new()
            {
                IsCompleted = isCompleted,
                Pairs = [.. _pairs.Values.Select(static pair => pair.Report())],
                Samples = [.. given.Select(static entry => entry.Sample)],
                Sequence = given.Length > 0 ? given[^1].Sequence : after,
                HasMore = given.Length < _samples.Count,
                SamplesDropped = _samplesDropped,
            };
        }
    }

    /// <summary>Stops measuring.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            await _stop.CancelAsync().ConfigureAwait(false);
        }

        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
        _changed.Dispose();
    }

    private void Wake()
    {
        try
        {
            _changed.Release();
        }
        catch (SemaphoreFullException)
        {
            // It will look anyway.
        }
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                TimeSpan wait;
                lock (Gate)
                {
                    wait = Turn();
                }

                if (wait <= TimeSpan.Zero)
                {
                    await Task.Yield();
                    _stop.Token.ThrowIfCancellationRequested();
                }
                else
                {
                    // No timer is finer than a millisecond.
                    await _changed.WaitAsync(wait < s_shortestWait ? s_shortestWait : wait > s_longestWait ? s_longestWait : wait, _stop.Token).ConfigureAwait(false);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }

    /// <summary>Does what is due.</summary>
    /// <returns>How long nothing is; zero when more is due now.</returns>
    private TimeSpan Turn()
    {
        var now = _time.GetElapsedTime(_began);
        if (now >= _nextSample)
        {
            TakeSamples();
            _nextSample += _samplePeriod * Math.Max(1, Math.Ceiling((now - _nextSample) / _samplePeriod));
        }

        for (int i = 0; i < BatchSize; i++)
        {
            if (_expiries.TryPeek(out var expiry) && expiry.At <= now)
            {
                _expiries.Dequeue();
                expiry.Pair.Expire(expiry.Sequence);
                continue;
            }

            if (!_due.TryPeek(out var pair, out var due) || due > now)
            {
                break;
            }

            _due.Dequeue();
            if (pair.IsRemoved || pair.IsSpent)
            {
                continue;
            }

            if (pair.CanSend)
            {
                pair.Send(out ushort sequence);
                _expiries.Enqueue((pair, sequence, now + _timeout));
            }

            // After a break of the whole process what was missed is not made up for.
            pair.Due = due + _interval < now ? now + _interval : due + _interval;
            _due.Enqueue(pair, pair.Due);
        }

        var next = _nextSample;
        if (_due.TryPeek(out _, out var nextDue) && nextDue < next)
        {
            next = nextDue;
        }

        if (_expiries.TryPeek(out var nextExpiry) && nextExpiry.At < next)
        {
            next = nextExpiry.At;
        }

        return next - now;
    }

    private void TakeSamples()
    {
        long last = _time.GetUtcNow().ToUnixTimeMilliseconds();
        foreach (var pair in _pairs.Values)
        {
            if (pair.TakeSample(_sampleStart, last) is not { } sample)
            {
                continue;
            }

            if (_samples.Count >= MaximumSamples)
            {
                _samples.Dequeue();
                _samplesDropped++;
            }

            _samples.Enqueue((++_sequence, sample));
        }

        _sampleStart = last;
    }
}
