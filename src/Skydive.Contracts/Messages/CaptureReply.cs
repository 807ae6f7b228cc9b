using System.Text.Json;

namespace Skydive.Contracts.Messages;

/// <summary>Answer to a <see cref="CaptureOrder"/>; the message's Status says how it went.</summary>
public sealed record CaptureReply
{
    /// <summary>Identifier of the node.</summary>
    public required string NodeID { get; init => field = value ?? throw new JsonException("NodeID of a capture reply is null"); }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Error { get; init; }
}
