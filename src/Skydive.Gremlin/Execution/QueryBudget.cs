namespace Skydive.Gremlin.Execution;

/// <summary>
/// Counts what one run of a query uses up, and ends it when that is too much or when it is cancelled. Cheap enough to be called for each
/// element: the clock is looked at once in a thousand calls. Belongs to one run; used by one thread at a time.
/// </summary>
internal sealed class QueryBudget
{
    private const int Stride = 1024;

    private readonly GremlinOptions _options;
    private readonly CancellationToken _cancellationToken;
    private readonly long _started;
    private long _paused;
    private long _pausedAt;
    private long _visited;
    private int _collected;
    private int _untilCheck = Stride;

    public QueryBudget(GremlinOptions options, CancellationToken cancellationToken)
    {
        _options = options;
        _cancellationToken = cancellationToken;
        _started = options.Time.GetTimestamp();
    }

    /// <summary>What is left of the time.</summary>
    public TimeSpan TimeLeft => _options.Timeout - _options.Time.GetElapsedTime(_started + _paused);

    /// <summary>Cancels the run.</summary>
    public CancellationToken CancellationToken => _cancellationToken;

    /// <summary>Says that one more element was looked at.</summary>
    /// <exception cref="GremlinException">It was one too many, or the time is up.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Visit()
    {
        if (--_untilCheck == 0)
        {
            Check();
        }
    }

    /// <summary>Says that some more elements were looked at.</summary>
    /// <param name="count">How many.</param>
    /// <exception cref="GremlinException">They were too many, or the time is up.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void VisitMany(int count)
    {
        _untilCheck -= count;
        if (_untilCheck <= 0)
        {
            Check();
        }
    }

    /// <summary>Says that one more element is held in memory until the end of the run.</summary>
    /// <exception cref="GremlinException">It was one too many, or the time is up.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Collect()
    {
        if (++_collected > _options.MaximumCollected)
        {
            throw new GremlinException(GremlinErrorReason.BudgetExceeded, $"the query was given up: its steps would hold more than {_options.MaximumCollected} elements in memory");
        }

        Visit();
    }

    /// <summary>Looks at the clock and at the cancellation now.</summary>
    /// <exception cref="GremlinException">The time is up.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public void Check()
    {
        _visited += Stride - _untilCheck;
        _untilCheck = Stride;
        _cancellationToken.ThrowIfCancellationRequested();
        if (_visited > _options.MaximumVisited)
        {
            throw new GremlinException(GremlinErrorReason.BudgetExceeded, $"the query was given up: it looked at more than {_options.MaximumVisited} elements");
        }

        if (TimeLeft <= TimeSpan.Zero)
        {
            throw TimeIsUp();
        }
    }

    /// <summary>Says that from now on the run waits for somebody else.</summary>
    public void Pause() => _pausedAt = _options.Time.GetTimestamp();

    /// <summary>Says that the run goes on.</summary>
    public void Resume() => _paused += _options.Time.GetTimestamp() - _pausedAt;

    /// <summary>Waits for something from elsewhere, for no longer than the time that is left.</summary>
    /// <param name="start">Starts it.</param>
    /// <exception cref="GremlinException">The time is up.</exception>
    /// <exception cref="OperationCanceledException">The run was cancelled.</exception>
    public async ValueTask<T> WaitAsync<T>(Func<CancellationToken, Task<T>> start)
    {
        Check();
        using var deadline = new CancellationTokenSource(TimeLeft, _options.Time);
        using var linked = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, _cancellationToken);
        try
        {
            return await start(linked.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !_cancellationToken.IsCancellationRequested)
        {
            throw TimeIsUp();
        }
    }

    private GremlinException TimeIsUp() =>
        new(GremlinErrorReason.BudgetExceeded, FormattableString.Invariant($"the query was given up after {_options.Timeout.TotalSeconds:0.###} seconds"));
}
