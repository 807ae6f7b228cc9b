using System.Text.Json;

namespace Skydive.Contracts.Messages;

/// <summary>The envelope of every WebSocket message.</summary>
public sealed record WebSocketMessage
{
    /// <summary>What the message is about, such as <c>Graph</c>.</summary>
    public required string Namespace { get; init; }

    /// <summary>What it says, such as <c>NodeAdded</c>.</summary>
    public required string Type { get; init; }

    /// <summary>Joins a reply to its request.</summary>
    public string UUID { get; init; } = string.Empty;

    /// <summary>Status code of a reply, as in HTTP; 200 otherwise.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The payload.</summary>
    public JsonElement Obj { get; init; }
}
