using Skydive.Analyzer.Hub;
using Skydive.Contracts.Messages;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// An event as WebSocket messages. Written once, whatever the number of subscribers; the memory goes with the event.
/// </summary>
internal sealed class EventMessages
{
    private ReadOnlyMemory<byte>? _full;
    private ReadOnlyMemory<byte>? _partial;

    /// <summary>The message of an event.</summary>
    /// <param name="graphEvent">The event.</param>
    /// <param name="isTransient">
    /// Whether its commit only moved counters that tick. Told with partial updates, as agents tell it; Skydive's clients leave members that
    /// they do not know aside.
    /// </param>
    /// <param name="partial">Whether an update is told by what changed.</param>
    public static ReadOnlyMemory<byte> Get(GraphEvent graphEvent, bool isTransient, bool partial)
    {
        ref object? rendered = ref graphEvent.Rendered;
        var messages = (EventMessages)(Volatile.Read(ref rendered) ?? Interlocked.CompareExchange(ref rendered, new EventMessages(), null) ?? rendered);
        lock (messages)
        {
            return partial && graphEvent.Kind is GraphEventKind.NodeUpdated or GraphEventKind.EdgeUpdated
                ? messages._partial ??= MessageWriter.WritePartialUpdate(graphEvent.Element, graphEvent.Operations, isTransient)
                : messages._full ??= MessageWriter.WriteElement(MessageKinds.TypeOf(graphEvent.Kind), graphEvent.Element);
        }
    }
}
