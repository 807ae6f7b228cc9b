namespace Skydive.Contracts.Messages;

/// <summary>An agent's answer to a search in its flow tables.</summary>
public sealed record FlowSearchReply
{
    /// <summary>The flows in encoded blocks; null when the search failed.</summary>
    public IReadOnlyList<byte[]>? Flows { get; init; }

    /// <summary>What went wrong; null when nothing did.</summary>
    public string? Error { get; init; }
}
