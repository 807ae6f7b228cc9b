namespace Skydive.Analyzer.Tests.Support;

/// <summary>A clock that a test moves; timers fire as it moves.</summary>
internal sealed class ManualTime : TimeProvider
{
    private readonly Lock _lock = new();
    private readonly List<ManualTimer> _timers = [];
    private DateTimeOffset _now = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow()
    {
        lock (_lock)
        {
            return _now;
        }
    }

    public override long GetTimestamp() => GetUtcNow().Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ManualTimer(this, () => callback(state));
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Moves the clock, and fires what is due.</summary>
    public void Advance(TimeSpan span)
    {
        ManualTimer[] due;
        lock (_lock)
        {
            _now += span;
            due = [.. _timers.Where(timer => timer.Due <= _now)];
            foreach (var timer in due)
            {
                timer.Rearm();
            }
        }

        foreach (var timer in due)
        {
            timer.Fire();
        }
    }

    /// <summary>Moves the clock on until something is so.</summary>
    public Task AdvanceUntilAsync(Func<bool> condition, TimeSpan? step = null, Func<string>? describe = null) => Wait.UntilAsync(
        () =>
        {
            Advance(step ?? TimeSpan.FromMilliseconds(20));
            return condition();
        },
        describe);

    private sealed class ManualTimer(ManualTime time, Action fire) : ITimer
    {
        public DateTimeOffset Due { get; private set; }

        private TimeSpan Period { get; set; }

        public void Fire() => fire();

        /// <summary>Sets the timer to its next time after it was due; called under the lock.</summary>
        public void Rearm()
        {
            Due += Period;
            if (Period == TimeSpan.Zero)
            {
                time._timers.Remove(this);
            }
        }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._lock)
            {
                time._timers.Remove(this);
                if (dueTime != Timeout.InfiniteTimeSpan)
                {
                    Due = time._now + dueTime;
                    Period = period > TimeSpan.Zero ? period : TimeSpan.Zero;
                    time._timers.Add(this);
                }
            }

            return true;
        }

        public void Dispose() => Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
