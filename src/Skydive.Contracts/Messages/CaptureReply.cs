namespace Skydive.Contracts.Messages;

/// <summary>Answer to a <see cref="CaptureOrder"/>; the message's Status says how it went.</summary>
public sealed record CaptureReply
{
    /// <summary>Identifier of the node.</summary>
    public required string NodeID { get; init; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Error { get; init; }
}
