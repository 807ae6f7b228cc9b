using System.Text.Json;

namespace Skydive.Contracts.Messages;

/// <summary>The envelope of every WebSocket message.</summary>
public sealed record WebSocketMessage
{
    /// <summary>What the message is about, such as <c>Graph</c>.</summary>
    public required string Namespace { get; init => field = value ?? throw new JsonException("Namespace of a message is null"); }

    /// <summary>What it says, such as <c>NodeAdded</c>.</summary>
    public required string Type { get; init => field = value ?? throw new JsonException("Type of a message is null"); }

    /// <summary>Joins a reply to its request.</summary>
    public string UUID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>Status code of a reply, as in HTTP; 200 otherwise.</summary>
    public int Status { get; init => field = value == 0 ? 200 : value; } = 200;

    /// <summary>The payload.</summary>
    public JsonElement Obj { get; init; }
}
