using Skydive.Agent.Topology;
using Skydive.Graph.Execution;

namespace Skydive.Agent.Probes;

/// <summary>A probe whose work is one loop, which begins with the start and ends when the probe is disposed.</summary>
internal abstract class BackgroundProbe : IAgentProbe
{
    private readonly CancellationTokenSource _stop = new();
    private int _isDisposed;

    /// <summary>Makes a probe that does nothing yet.</summary>
    /// <param name="name">Its name in the configuration and in the status.</param>
    /// <param name="state">How it does; null for a state of its own.</param>
    protected BackgroundProbe(string name, ProbeState? state = null)
    {
        Name = name;
        State = state ?? new();
        Stopping = _stop.Token;
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ProbeState State { get; }

    /// <inheritdoc/>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>The loop has to end.</summary>
    protected CancellationToken Stopping { get; }

    /// <inheritdoc/>
    public abstract Task StartAsync(CancellationToken cancellationToken);

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        Release();
        _stop.Dispose();
    }

    /// <summary>Begins the loop on the thread pool. It may end by <see cref="OperationCanceledException"/> when it has to.</summary>
    protected void Run(Func<Task> loop) => Completion = Task.Run(() => UntilStoppedAsync(loop), CancellationToken.None);

    /// <summary>Begins the loop on a thread of its own, for what waits in system calls. It may end by <see cref="OperationCanceledException"/> when it has to.</summary>
    protected void RunOnThread(Action loop) => Completion = StartThread(loop);

    /// <summary>Begins one loop on the thread pool and one on a thread. When one of them breaks, the other ends too.</summary>
    protected void Run(Func<Task> loop, Action threadLoop) =>
        Completion = LoopGroup.WatchAsync(_stop, Task.Run(() => UntilStoppedAsync(loop), CancellationToken.None), StartThread(threadLoop));

    /// <summary>Gives free what the loop has used; it has ended, or was never begun.</summary>
    protected virtual void Release()
    {
    }

    private Task StartThread(Action loop) => Task.Factory.StartNew(
        () =>
        {
            try
            {
                loop();
            }
            catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
            {
            }
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    private async Task UntilStoppedAsync(Func<Task> loop)
    {
        try
        {
            await loop().ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (Stopping.IsCancellationRequested)
        {
        }
    }
}
