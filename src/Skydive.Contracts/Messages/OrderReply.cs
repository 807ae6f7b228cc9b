using System.Text.Json;

namespace Skydive.Contracts.Messages;

/// <summary>Answer to a <see cref="CaptureOrder"/> or an <see cref="InjectionOrder"/> or a <see cref="PingMeshes.PingMeshOrder"/>; the message's Status says how it went.</summary>
public sealed record OrderReply
{
    /// <summary>Identifier of the node; empty in the answer to a <see cref="PingMeshes.PingMeshOrder"/>, which is for many.</summary>
    public required string NodeID { get; init => field = value ?? throw new JsonException("NodeID of a reply is null"); }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Error { get; init; }
}
