using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Topology;

/// <summary>
/// A part of the analyzer that adds to the graph what follows from it: reads every change, and writes what it has to when nothing more is
/// waiting to be read.
/// </summary>
internal abstract class GraphFollower : IAsyncDisposable
{
    /// <summary>Where changes never end, what follows from them is written all the same.</summary>
    private const int MaximumChangesPerTurn = 1000;

    private readonly CancellationTokenSource _stop = new();
    private GraphSubscription? _subscription;
    private int _isDisposed;

    /// <summary>Makes a follower that does nothing yet.</summary>
    /// <param name="graph">The graph.</param>
    protected GraphFollower(LiveGraph graph) => Graph = graph;

    /// <summary>Ends when it is disposed, or fails with what broke it.</summary>
    public Task Completion { get; private set; } = Task.CompletedTask;

    /// <summary>The graph.</summary>
    protected LiveGraph Graph { get; }

    /// <summary>Begins; the graph has what follows from it when this returns.</summary>
    public void Start()
    {
        _subscription = Graph.Subscribe();
        Reset(_subscription.Start);
        Graph.Write(Write);
        Completion = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _subscription?.Dispose();
        _stop.Dispose();
    }

    /// <summary>Begins with a graph, or begins anew because changes were missed.</summary>
    protected abstract void Reset(GraphSnapshot snapshot);

    /// <summary>Takes one commit in.</summary>
    protected abstract void Apply(GraphCommit commit);

    /// <summary>Whether there is something to write.</summary>
    protected abstract bool HasChanges { get; }

    /// <summary>Writes what is to be changed.</summary>
    protected abstract void Write(GraphTransaction transaction);

    private async Task RunAsync()
    {
        try
        {
            while (await _subscription!.WaitToReadAsync(_stop.Token).ConfigureAwait(false))
            {
                for (int turn = 0; turn < MaximumChangesPerTurn && _subscription.TryRead(out var change); turn++)
                {
                    if (change.Commit is { } commit)
                    {
                        Apply(commit);
                    }
                    else
                    {
                        Reset(change.Snapshot);
                    }
                }

                if (HasChanges)
                {
                    Graph.Write(Write);
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }
}
