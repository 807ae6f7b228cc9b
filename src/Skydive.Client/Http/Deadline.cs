namespace Skydive.Client.Http;

/// <summary>A time limit that starts anew with every sign of life, joined with the caller's wish to stop.</summary>
internal sealed class Deadline : IDisposable
{
    private readonly CancellationTokenSource _source;
    private readonly CancellationToken _caller;

    public Deadline(TimeSpan limit, CancellationToken caller)
    {
        Limit = limit;
        _caller = caller;
        _source = CancellationTokenSource.CreateLinkedTokenSource(caller);
        Restart();
    }

    public TimeSpan Limit { get; }

    public CancellationToken Token => _source.Token;

    /// <summary>Whether the time ran out, as opposed to the caller having given up.</summary>
    public bool IsExpired => _source.IsCancellationRequested && !_caller.IsCancellationRequested;

    public void Restart() => _source.CancelAfter(Limit);

    public void Dispose() => _source.Dispose();
}
