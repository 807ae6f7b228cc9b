using System.Runtime.CompilerServices;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// An event as WebSocket messages. Written once, whatever the number of subscribers; the memory goes with the event.
/// </summary>
internal sealed class EventMessages(GraphEvent graphEvent)
{
    private static readonly ConditionalWeakTable<GraphEvent, EventMessages> s_messages = [];

    private ReadOnlyMemory<byte>? _full;
    private ReadOnlyMemory<byte>? _partial;

    /// <summary>The message of an event.</summary>
    /// <param name="graphEvent">The event.</param>
    /// <param name="partial">Whether an update is told by what changed.</param>
    public static ReadOnlyMemory<byte> Get(GraphEvent graphEvent, bool partial)
    {
        var messages = s_messages.GetValue(graphEvent, static key => new(key));
        lock (messages)
        {
            return partial && graphEvent.Kind is GraphEventKind.NodeUpdated or GraphEventKind.EdgeUpdated
                ? messages._partial ??= messages.WritePartial()
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

    private ReadOnlyMemory<byte> WritePartial() => MessageWriter.Write(
        MessageNamespaces.Graph,
        graphEvent.Node is null ? MessageTypes.EdgePartiallyUpdated : MessageTypes.NodePartiallyUpdated,
        Guid.NewGuid().ToString(),
        new PartialUpdate
        {
            ID = graphEvent.Element.Id,
            UpdatedAt = graphEvent.Element.UpdatedAt,
            Revision = graphEvent.Element.Revision,
            Ops = graphEvent.Operations,
        },
        ContractsJsonContext.Default.PartialUpdate);
}
