using System.Threading.Channels;
using Skydive.Gremlin;

namespace Skydive.Analyzer.WebSockets;

/// <summary>One subscriber of a <see cref="SelectionRelay"/>: the commits that concern it, in a queue with a bound.</summary>
internal sealed class SelectionMember
{
    private readonly Channel<SelectionChange> _queue;
    private long _unseenLost;
    private long _totalLost;

    public SelectionMember(GraphSelection selection, int queueSize)
    {
        Selection = selection;
        _queue = Channel.CreateBounded<SelectionChange>(new BoundedChannelOptions(queueSize) { SingleReader = true, SingleWriter = true });
    }

    /// <summary>What is in view.</summary>
    public GraphSelection Selection { get; }

    /// <summary>How many commits were left out because the subscriber was too slow.</summary>
    public long TotalLost => Interlocked.Read(ref _totalLost);

    /// <summary>Waits until there is something to take.</summary>
    public Task<bool> WaitToReadAsync(CancellationToken cancellationToken) => _queue.Reader.WaitToReadAsync(cancellationToken).AsTask();

    /// <summary>Takes what is next, without waiting.</summary>
    public bool TryRead(out SelectionChange change) => _queue.Reader.TryRead(out change!);

    /// <summary>How many commits were left out since it was asked last.</summary>
    public long TakeLost() => Interlocked.Exchange(ref _unseenLost, 0);

    /// <summary>Puts something into the queue, or counts it as lost.</summary>
    public void Post(SelectionChange change)
    {
        if (!_queue.Writer.TryWrite(change))
        {
            Lose(1);
        }
    }

    /// <summary>Counts commits as lost.</summary>
    public void Lose(long count)
    {
        Interlocked.Add(ref _totalLost, count);
        Interlocked.Add(ref _unseenLost, count);

        // So that it is seen even when nothing else comes.
        _queue.Writer.TryWrite(new(null, null, null));
    }
}
