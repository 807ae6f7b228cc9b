using System.Runtime.CompilerServices;
using Skydive.Contracts.Messages;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// An event as WebSocket messages. Written once, whatever the number of subscribers; the memory goes with the event.
/// </summary>
internal sealed class EventMessages
{
    private static readonly ConditionalWeakTable<GraphEvent, EventMessages> s_messages = [];

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
        var messages = s_messages.GetValue(graphEvent, static _ => new());
        lock (messages)
        {
            return partial && graphEvent.Kind is GraphEventKind.NodeUpdated or GraphEventKind.EdgeUpdated
                ? messages._partial ??= MessageWriter.WritePartialUpdate(graphEvent.Element, graphEvent.Operations, isTransient)
                : messages._full ??= MessageWriter.WriteElement(TypeOf(graphEvent.Kind), graphEvent.Element);
        }
    }

    /// <summary>Name of the message that tells of a kind of event.</summary>
    public static string TypeOf(GraphEventKind kind) => kind switch
    {
        GraphEventKind.NodeAdded => MessageTypes.NodeAdded,
        GraphEventKind.NodeUpdated => MessageTypes.NodeUpdated,
        GraphEventKind.NodeDeleted => MessageTypes.NodeDeleted,
        GraphEventKind.EdgeAdded => MessageTypes.EdgeAdded,
        GraphEventKind.EdgeUpdated => MessageTypes.EdgeUpdated,
        _ => MessageTypes.EdgeDeleted,
    };

    /// <summary>The kind of event that a message tells of with the whole element; null when it is another message.</summary>
    public static GraphEventKind? KindOf(string type) => type switch
    {
        MessageTypes.NodeAdded => GraphEventKind.NodeAdded,
        MessageTypes.NodeUpdated => GraphEventKind.NodeUpdated,
        MessageTypes.NodeDeleted => GraphEventKind.NodeDeleted,
        MessageTypes.EdgeAdded => GraphEventKind.EdgeAdded,
        MessageTypes.EdgeUpdated => GraphEventKind.EdgeUpdated,
        MessageTypes.EdgeDeleted => GraphEventKind.EdgeDeleted,
        _ => null,
    };
}
