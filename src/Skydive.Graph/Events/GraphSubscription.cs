using System.Runtime.CompilerServices;
using System.Threading.Channels;

namespace Skydive.Graph.Events;

/// <summary>
/// A bounded queue of commits for one reader. A reader that is too slow for its queue does not hold up the writer and does not grow memory:
/// what is queued is given up and the reader is told to start again from a snapshot.
/// </summary>
public sealed class GraphSubscription : IDisposable
{
    private readonly LiveGraph _graph;
    private readonly Channel<GraphCommit> _queue;
    private int _hasOverflowed;
    private long _totalLost;

    // Sequence of what the reader knows. Commits are numbered without gaps, so how many were lost follows from it.
    private long _sequence;

    internal GraphSubscription(LiveGraph graph, GraphSnapshot start, int capacity)
    {
        _graph = graph;
        Start = start;
        _sequence = start.Sequence;
        _queue = Channel.CreateBounded<GraphCommit>(new BoundedChannelOptions(capacity) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>The graph when the subscription began; the first commit that is given follows it.</summary>
    public GraphSnapshot Start { get; }

    /// <summary>How many commits were left out since the beginning because the reader was too slow.</summary>
    public long TotalLost => Interlocked.Read(ref _totalLost);

    /// <summary>Gives what happens, as it happens, until cancelled or until the subscription is disposed. One reader only.</summary>
    /// <param name="cancellationToken">Ends the reading with an <see cref="OperationCanceledException"/>.</param>
    public async IAsyncEnumerable<GraphChange> ReadAllAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        while (await _queue.Reader.WaitToReadAsync(cancellationToken).ConfigureAwait(false))
        {
            while (TryRead(out var change))
            {
                yield return change;
            }
        }
    }

    /// <summary>Waits until <see cref="TryRead"/> may have something to give. One reader only.</summary>
    /// <param name="cancellationToken">Ends the wait.</param>
    /// <returns>False when the subscription was disposed.</returns>
    public ValueTask<bool> WaitToReadAsync(CancellationToken cancellationToken) => _queue.Reader.WaitToReadAsync(cancellationToken);

    /// <summary>Gives what is waiting, without waiting for it. One reader only.</summary>
    /// <param name="change">What happened.</param>
    /// <returns>False when nothing is waiting.</returns>
    public bool TryRead(out GraphChange change)
    {
        while (true)
        {
            // An overflow is looked for before each commit: nothing after the gap is given before the order to start again.
            if (Interlocked.Exchange(ref _hasOverflowed, 0) != 0)
            {
                while (_queue.Reader.TryRead(out _))
                {
                }

                // Read after the queue was emptied: commits that arrive from here on are either in this snapshot or follow it.
                var snapshot = _graph.Current;
                long lost = snapshot.Sequence - _sequence;
                if (lost > 0)
                {
                    _sequence = snapshot.Sequence;
                    Interlocked.Add(ref _totalLost, lost);
                    change = new(null, snapshot, lost);
                    return true;
                }
            }

            if (!_queue.Reader.TryRead(out var commit))
            {
                if (Volatile.Read(ref _hasOverflowed) == 0)
                {
                    change = default;
                    return false;
                }
            }
            else if (commit.Sequence == _sequence + 1)
            {
                _sequence = commit.Sequence;
                change = new(commit, commit.Snapshot, 0);
                return true;
            }
            else if (commit.Sequence > _sequence)
            {
                Volatile.Write(ref _hasOverflowed, 1);
            }
        }
    }

    /// <summary>Ends the subscription; a reader that waits is released.</summary>
    public void Dispose()
    {
        _graph.Unsubscribe(this);
        _queue.Writer.TryComplete();
    }

    internal void Publish(GraphCommit commit)
    {
        if (!_queue.Writer.TryWrite(commit))
        {
            Volatile.Write(ref _hasOverflowed, 1);

            // The reader may have emptied the queue before it could see the overflow, and gone to wait: then this wakes it. Else it has
            // something left to take, and looks again after that.
            _queue.Writer.TryWrite(commit);
        }
    }
}
