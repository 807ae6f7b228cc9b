namespace Skydive.Contracts.Messages;

/// <summary>An agent's answer to a search for packets of flows.</summary>
public sealed record RawPacketSearchReply
{
    /// <summary>The packets in an encoded block; null when the search failed.</summary>
    public byte[]? Packets { get; init; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Error { get; init; }
}
