using Microsoft.Extensions.Logging;
using Skydive.Graph;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Hub;

/// <summary>Carries the graph of an agent in the same process over to the analyzer's graph, commit by commit, without any encoding.</summary>
public sealed class LocalAgentFeed : IAsyncDisposable
{
    private readonly GraphSubscription _subscription;
    private readonly GraphReceiver _receiver;
    private readonly CancellationTokenSource _stop = new();
    private int _isDisposed;

    /// <summary>Takes over the agent's graph as it is, and begins to follow it.</summary>
    /// <param name="agentGraph">The agent's graph.</param>
    /// <param name="analyzerGraph">The analyzer's graph.</param>
    /// <param name="logger">Told of what had to be left out.</param>
    public LocalAgentFeed(LiveGraph agentGraph, LiveGraph analyzerGraph, ILogger logger)
        : this(agentGraph.Subscribe(), agentGraph.Origin, analyzerGraph, logger)
    {
    }

    /// <summary>Takes over what a subscription begins with, and begins to follow it.</summary>
    internal LocalAgentFeed(GraphSubscription subscription, string origin, LiveGraph analyzerGraph, ILogger logger)
    {
        _subscription = subscription;
        _receiver = new(analyzerGraph, origin, logger);
        _receiver.Synchronize(_subscription.Start.ToSubGraph());
        Completion = Task.Run(RunAsync);
    }

    /// <summary>Ends when the feed is disposed, or fails with what broke it.</summary>
    public Task Completion { get; }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        await _stop.CancelAsync().ConfigureAwait(false);
        await Completion.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _subscription.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (var change in _subscription.ReadAllAsync(_stop.Token).ConfigureAwait(false))
            {
                if (change.Commit is { } commit)
                {
                    _receiver.Apply(commit.Events, commit.IsTransient);
                }
                else
                {
                    _receiver.Synchronize(change.Snapshot.ToSubGraph());
                }
            }
        }
        catch (OperationCanceledException) when (_stop.IsCancellationRequested)
        {
        }
    }
}
