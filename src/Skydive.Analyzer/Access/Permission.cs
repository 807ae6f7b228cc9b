namespace Skydive.Analyzer.Access;

/// <summary>Something that a caller may be allowed to do: an action on an object, such as <c>write</c> on <c>capture</c>. WebSocket paths are actions on <c>websocket</c>.</summary>
/// <param name="Object">The object, as in Skydive's policies.</param>
/// <param name="Action">The action, as in Skydive's policies.</param>
public readonly record struct Permission(string Object, string Action)
{
    /// <summary>Object of WebSocket paths.</summary>
    public const string WebSocket = "websocket";

    /// <summary>To read the packets that captures keep.</summary>
    public static Permission RawPackets => new("capture", "rawpackets");

    /// <summary>Everything that can be allowed, in the order in which clients are told of it.</summary>
    public static IReadOnlyList<Permission> All { get; } =
    [
        new("alert", "read"), new("alert", "write"), new("capture", "read"), new("capture", "write"), RawPackets, new("config", "read"),
        new("edge", "read"), new("edge", "write"), new("edgerule", "read"), new("edgerule", "write"), new("injectpacket", "read"), new("injectpacket", "write"),
        new("node", "read"), new("node", "write"), new("noderule", "read"), new("noderule", "write"), new("pcap", "write"), new("status", "read"),
        new("topology", "read"), new("workflow", "read"), new("workflow", "write"), new("workflow.call", "write"),
        new(WebSocket, "/ws/agent/flow"), new(WebSocket, "/ws/agent/topology"), new(WebSocket, "/ws/publisher"), new(WebSocket, "/ws/pubsub"),
        new(WebSocket, "/ws/replication"), new(WebSocket, "/ws/subscriber"), new(WebSocket, "/ws/subscriber/flow"),
    ];

    /// <inheritdoc/>
    public override string ToString() => $"{Object} {Action}";
}
