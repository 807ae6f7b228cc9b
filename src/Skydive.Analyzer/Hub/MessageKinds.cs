using Skydive.Contracts.Messages;
using Skydive.Graph.Events;

namespace Skydive.Analyzer.Hub;

/// <summary>Which message tells of which kind of event with the whole element.</summary>
internal static class MessageKinds
{
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

    /// <summary>The kind of event that a message tells of; null when it is another message.</summary>
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
