using System.Text.Json;

namespace Skydive.Contracts.Messages;

/// <summary>Answer to a <see cref="CaptureOrder"/>; the message's Status says how it went.</summary>
public sealed record CaptureReply
{
    private readonly string _nodeId = string.Empty;

    /// <summary>Identifier of the node.</summary>
    public required string NodeID
    {
        get => _nodeId;
        init => _nodeId = value ?? throw new JsonException("NodeID of a capture reply is null");
    }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Error { get; init; }
}
