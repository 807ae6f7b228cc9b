using Skydive.Agent.Probes;
using Skydive.Agent.Topology;

namespace Skydive.Agent.Tests.Support;

/// <summary>A probe that does at each start what the test wants.</summary>
internal sealed class ScriptedProbe(string name, Func<int, Task> start) : IAgentProbe
{
    private readonly TaskCompletionSource _completion = new();

    public string Name => name;

    public ProbeState State { get; } = new();

    public Task Completion => _completion.Task;

    public int Starts { get; private set; }

    public bool IsDisposed { get; private set; }

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        await start(++Starts).WaitAsync(cancellationToken);
        State.SetRunning();
    }

    public void Break(Exception fault) => _completion.TrySetException(fault);

    public ValueTask DisposeAsync()
    {
        IsDisposed = true;
        _completion.TrySetResult();
        return ValueTask.CompletedTask;
    }
}
