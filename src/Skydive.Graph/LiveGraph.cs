using Skydive.Graph.Events;

namespace Skydive.Graph;

/// <summary>
/// The graph as it is now. One writer at a time changes it by transactions; any number of readers take <see cref="Current"/> without a lock
/// and see one consistent state for as long as they hold it.
/// </summary>
public sealed class LiveGraph
{
    private readonly Lock _writer = new();
    private readonly TimeProvider _time;
    private readonly IReadOnlyList<IGraphHook> _hooks;
    private volatile GraphSnapshot _current = new(GraphState.Empty, 0);
    private GraphSubscription[] _subscriptions = [];
    private bool _isWriting;

    /// <summary>Makes an empty graph.</summary>
    /// <param name="host">Identity of this host, given to elements that are made here.</param>
    /// <param name="origin">Origin given to elements that are made here, such as <c>agent.host1</c>.</param>
    /// <param name="time">The clock; null for the system's.</param>
    /// <param name="hooks">What completes each transaction, in order.</param>
    public LiveGraph(string host, string origin, TimeProvider? time = null, params IReadOnlyList<IGraphHook> hooks)
    {
        Host = host;
        Origin = origin;
        _time = time ?? TimeProvider.System;
        _hooks = hooks;
    }

    /// <summary>Identity of this host.</summary>
    public string Host { get; }

    /// <summary>Origin of elements that are made here.</summary>
    public string Origin { get; }

    /// <summary>Slots are numbered anew when they reach this: a busy analyzer would otherwise run out of them within a year.</summary>
    internal int SlotLimit { get; init; } = 1 << 30;

    /// <summary>The newest state.</summary>
    public GraphSnapshot Current => _current;

    /// <summary>
    /// Changes the graph: what the body does becomes visible at once and as one revision when it returns, or not at all when it throws.
    /// Waits for another writer to end.
    /// </summary>
    /// <param name="body">Makes the changes; runs in this thread and must not wait for anything.</param>
    /// <param name="isTransient">Whether only counters that tick are changed.</param>
    /// <param name="source">Who makes the changes, for subscribers that do not want to hear of their own; null for nobody in particular.</param>
    /// <returns>What changed; null when nothing did.</returns>
    /// <exception cref="GraphException">A change was refused.</exception>
    /// <exception cref="InvalidOperationException">Called from within a write of this same graph.</exception>
    public GraphCommit? Write(Action<GraphTransaction> body, bool isTransient = false, object? source = null)
    {
        lock (_writer)
        {
            if (_isWriting)
            {
                throw new InvalidOperationException("a write to the graph must not be started within another");
            }

            if (_current.State.NextNodeSlot >= SlotLimit || _current.State.NextEdgeSlot >= SlotLimit)
            {
                _current = new(_current.State.Renumbered(), _current.Sequence);
            }

            var before = _current;
            var transaction = new GraphTransaction(before.State, Host, Origin, _time.GetUtcNow().ToUnixTimeMilliseconds());
            _isWriting = true;
            try
            {
                body(transaction);
                if (!transaction.HasChanges)
                {
                    return null;
                }

                foreach (var hook in _hooks)
                {
                    hook.BeforeCommit(transaction);
                }

                var events = transaction.Complete();
                if (events.Count == 0)
                {
                    return null;
                }

                var commit = new GraphCommit(new(transaction.State, before.Sequence + 1), events, isTransient, source);
                _current = commit.Snapshot;
                foreach (var subscription in _subscriptions)
                {
                    subscription.Publish(commit);
                }

                return commit;
            }
            finally
            {
                // What was published must never be written to again by one who kept the transaction.
                transaction.Close();
                _isWriting = false;
            }
        }
    }

    /// <summary>Subscribes to all changes from now on.</summary>
    /// <param name="capacity">How many commits may wait for the reader before it has to start again from a snapshot.</param>
    /// <exception cref="ArgumentOutOfRangeException">The capacity is less than 1.</exception>
    public GraphSubscription Subscribe(int capacity = 4096)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(capacity);
        lock (_writer)
        {
            var subscription = new GraphSubscription(this, _current, capacity);
            _subscriptions = [.. _subscriptions, subscription];
            return subscription;
        }
    }

    internal void Unsubscribe(GraphSubscription subscription)
    {
        lock (_writer)
        {
            _subscriptions = [.. _subscriptions.Where(other => !ReferenceEquals(other, subscription))];
        }
    }
}
