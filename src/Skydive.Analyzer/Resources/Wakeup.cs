namespace Skydive.Analyzer.Resources;

/// <summary>Tells one who waits that there is something to do; told several times before he looks, he looks once. Safe for use by several threads at once.</summary>
internal sealed class Wakeup
{
    private static readonly TimeSpan s_longestWait = TimeSpan.FromHours(1);

    private readonly SemaphoreSlim _due = new(0, 1);

    /// <summary>There is something to do.</summary>
    public void Signal()
    {
        try
        {
            _due.Release();
        }
        catch (SemaphoreFullException)
        {
            // He has been told already.
        }
    }

    /// <summary>Waits until there is something to do, or until a time.</summary>
    /// <param name="deadline">The time; null for none. Times further off than an hour wake after one: who finds nothing to do waits again.</param>
    /// <param name="time">The clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="OperationCanceledException">It was given up.</exception>
    public async Task WaitAsync(DateTimeOffset? deadline, TimeProvider time, CancellationToken cancellationToken)
    {
        if (deadline is not { } until)
        {
            await _due.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }

        // Timers end a little early at times, and have a largest time.
        var left = until - time.GetUtcNow();
        var wait = left <= TimeSpan.Zero ? TimeSpan.Zero : left < s_longestWait ? left + TimeSpan.FromMilliseconds(1) : s_longestWait;
        using var awake = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var timer = Task.Delay(wait, time, awake.Token);
        var due = _due.WaitAsync(awake.Token);
        await Task.WhenAny(due, timer).ConfigureAwait(false);
        await awake.CancelAsync().ConfigureAwait(false);
        await Task.WhenAll(due, timer).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
