using System.Collections.Concurrent;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Skydive.Contracts.Messages;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// Tells subscribers of what is no change of the graph: captures and injections that come and go. A subscriber that takes none for so long that
/// its queue is full misses the next. Safe for use by several threads at once.
/// </summary>
internal sealed class NoticeBoard
{
    private const int QueueSize = 1024;

    private readonly ConcurrentDictionary<Channel<Notice>, bool> _readers = new();
    private long _dropped;

    /// <summary>How many notices found no room in the queue of a subscriber.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Begins to collect notices for a subscriber.</summary>
    public Channel<Notice> Open()
    {
        var reader = Channel.CreateBounded<Notice>(new BoundedChannelOptions(QueueSize) { SingleReader = true });
        _readers[reader] = true;
        return reader;
    }

    /// <summary>A subscriber is gone.</summary>
    public void Close(Channel<Notice> reader) => _readers.TryRemove(reader, out _);

    /// <summary>Tells everybody.</summary>
    /// <param name="messageNamespace">What it is about.</param>
    /// <param name="type">What happened.</param>
    /// <param name="resource">To what.</param>
    /// <param name="resourceType">How that is written.</param>
    public void Tell<T>(string messageNamespace, string type, T resource, JsonTypeInfo<T> resourceType)
    {
        if (_readers.IsEmpty)
        {
            return;
        }

        var notice = new Notice(messageNamespace, MessageWriter.Write(messageNamespace, type, Guid.NewGuid().ToString(), resource, resourceType));
        foreach (var reader in _readers.Keys)
        {
            if (!reader.Writer.TryWrite(notice))
            {
                Interlocked.Increment(ref _dropped);
            }
        }
    }
}
