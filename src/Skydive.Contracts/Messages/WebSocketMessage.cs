using System.Text.Json;

namespace Skydive.Contracts.Messages;

/// <summary>The envelope of every WebSocket message.</summary>
public sealed record WebSocketMessage
{
    private readonly string _namespace = string.Empty;
    private readonly string _uuid = string.Empty;
    private readonly string _type = string.Empty;

    /// <summary>What the message is about, such as <c>Graph</c>.</summary>
    public required string Namespace
    {
        get => _namespace;
        init => _namespace = value ?? throw new JsonException("Namespace of a message is null");
    }

    /// <summary>What it says, such as <c>NodeAdded</c>.</summary>
    public required string Type
    {
        get => _type;
        init => _type = value ?? throw new JsonException("Type of a message is null");
    }

    /// <summary>Joins a reply to its request.</summary>
    public string UUID
    {
        get => _uuid;
        init => _uuid = value ?? string.Empty;
    }

    /// <summary>Status code of a reply, as in HTTP; 200 otherwise.</summary>
    public int Status { get; init; } = 200;

    /// <summary>The payload.</summary>
    public JsonElement Obj { get; init; }
}
