using System.Threading.Channels;

namespace Skydive.Analyzer.Flows;

/// <summary>One who is told of flows as they come.</summary>
internal sealed class FlowReader
{
    private const int QueueSize = 256;

    private readonly Channel<ReadOnlyMemory<byte>> _queue = Channel.CreateBounded<ReadOnlyMemory<byte>>(new BoundedChannelOptions(QueueSize) { SingleReader = true });
    private long _dropped;

    /// <param name="wantsAll">Whether it is told of all flows.</param>
    /// <param name="captures">Captures of whose flows it is told apart.</param>
    public FlowReader(bool wantsAll, IReadOnlySet<string> captures)
    {
        WantsAll = wantsAll;
        Captures = captures;
    }

    /// <summary>Whether it is told of all flows.</summary>
    public bool WantsAll { get; }

    /// <summary>Captures of whose flows it is told apart.</summary>
    public IReadOnlySet<string> Captures { get; }

    /// <summary>How many messages found no room because it was too slow.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>What waits for it.</summary>
    public ChannelReader<ReadOnlyMemory<byte>> Messages => _queue.Reader;

    /// <summary>Gives it a message, unless it is too slow.</summary>
    public void Tell(ReadOnlyMemory<byte> message)
    {
        if (!_queue.Writer.TryWrite(message))
        {
            Interlocked.Increment(ref _dropped);
        }
    }
}
