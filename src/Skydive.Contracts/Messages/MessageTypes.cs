namespace Skydive.Contracts.Messages;

/// <summary>Types of WebSocket messages.</summary>
public static class MessageTypes
{
    /// <summary>Asks for the whole graph. Payload <see cref="SyncRequest"/>.</summary>
    public const string SyncRequest = "SyncRequest";

    /// <summary>The whole graph, as asked for. Payload <see cref="Topology.SubGraph"/>.</summary>
    public const string SyncReply = "SyncReply";

    /// <summary>The whole graph of the sender, unasked. Payload <see cref="Topology.SubGraph"/>.</summary>
    public const string Sync = "Sync";

    /// <summary>Payload: the node.</summary>
    public const string NodeAdded = "NodeAdded";

    /// <summary>Payload: the node.</summary>
    public const string NodeUpdated = "NodeUpdated";

    /// <summary>Payload: the node.</summary>
    public const string NodeDeleted = "NodeDeleted";

    /// <summary>Payload: the edge.</summary>
    public const string EdgeAdded = "EdgeAdded";

    /// <summary>Payload: the edge.</summary>
    public const string EdgeUpdated = "EdgeUpdated";

    /// <summary>Payload: the edge.</summary>
    public const string EdgeDeleted = "EdgeDeleted";

    /// <summary>Payload <see cref="Topology.PartialUpdate"/>.</summary>
    public const string NodePartiallyUpdated = "NodePartiallyUpdated";

    /// <summary>Payload <see cref="Topology.PartialUpdate"/>.</summary>
    public const string EdgePartiallyUpdated = "EdgePartiallyUpdated";

    /// <summary>Asks an agent for flows. Payload <see cref="Queries.FlowSearch"/>.</summary>
    public const string TableQuery = "TableQuery";

    /// <summary>An agent's answer. Payload <see cref="FlowSearchReply"/>.</summary>
    public const string TableReply = "TableReply";

    /// <summary>Tells an agent which of its flows need not be sent again. Payload <see cref="FlowAcknowledgement"/>.</summary>
    public const string FlowsAcknowledged = "FlowsAcknowledged";

    /// <summary>Asks an agent for packets of flows. Payload <see cref="Queries.RawPacketSearch"/>.</summary>
    public const string RawPacketQuery = "RawPacketQuery";

    /// <summary>An agent's answer. Payload <see cref="RawPacketSearchReply"/>.</summary>
    public const string RawPacketReply = "RawPacketReply";

    /// <summary>Asks an agent what it has measured for a ping mesh. Payload <see cref="PingMeshes.PingReportRequest"/>.</summary>
    public const string PingQuery = "PingQuery";

    /// <summary>An agent's answer. Payload <see cref="PingMeshes.PingReportReply"/>.</summary>
    public const string PingReply = "PingReply";

    /// <summary>Orders an agent to start a capture or an injection at a node. Payload <see cref="CaptureOrder"/> or <see cref="InjectionOrder"/>; or to measure,
    /// <see cref="PingMeshes.PingMeshOrder"/>.</summary>
    public const string Start = "Start";

    /// <summary>Answer to <see cref="Start"/>. Payload <see cref="OrderReply"/>.</summary>
    public const string StartReply = "StartReply";

    /// <summary>Orders an agent to stop a capture or an injection at a node. Payload <see cref="CaptureOrder"/> or <see cref="InjectionOrder"/>; or to measure
    /// no longer, <see cref="PingMeshes.PingMeshOrder"/>.</summary>
    public const string Stop = "Stop";

    /// <summary>Answer to <see cref="Stop"/>. Payload <see cref="OrderReply"/>.</summary>
    public const string StopReply = "StopReply";

    /// <summary>A resource was made. Payload: the resource.</summary>
    public const string Added = "Added";

    /// <summary>Flows that were brought into the store.</summary>
    public const string Store = "store";

    /// <summary>Counters of captures.</summary>
    public const string Stats = "stats";

    /// <summary>A resource is gone. Payload: the resource.</summary>
    public const string Deleted = "Deleted";
}
