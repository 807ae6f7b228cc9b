using System.Text.Json;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Messages;

/// <summary>A message from a WebSocket with its payload read: one about the graph as what it is about, any other as JSON.</summary>
public sealed class GraphMessage
{
    /// <summary>What the message is about, such as <c>Graph</c>.</summary>
    public required string Namespace { get; init; }

    /// <summary>What it says, such as <c>NodeAdded</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Joins a reply to its request.</summary>
    public required string UUID { get; init; }

    /// <summary>Status code of a reply, as in HTTP; 200 otherwise.</summary>
    public required int Status { get; init; }

    /// <summary>Payload of <c>Sync</c> and <c>SyncReply</c>; null with other messages.</summary>
    public SubGraph? Graph { get; init; }

    /// <summary>The node or edge that was added, updated or deleted; null with other messages.</summary>
    public GraphElement? Element { get; init; }

    /// <summary>Payload of a partial update; null with other messages.</summary>
    public PartialUpdate? Update { get; init; }

    /// <summary>Payload of every other message.</summary>
    public JsonElement Obj { get; init; }

    /// <summary>How many elements were left out, or 1 for the message itself, because they are not valid.</summary>
    public int Refused { get; init; }

    /// <summary>What is wrong with the first that was left out; null when nothing was.</summary>
    public string? Problem { get; init; }

    /// <summary>The message with an envelope and a payload that are yet to be read by someone else.</summary>
    public WebSocketMessage ToEnvelope() => new() { Namespace = Namespace, Type = Type, UUID = UUID, Status = Status, Obj = Obj };
}
