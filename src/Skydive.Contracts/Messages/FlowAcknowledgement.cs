namespace Skydive.Contracts.Messages;

/// <summary>What an analyzer tells an agent of the flows that it has sent.</summary>
public sealed record FlowAcknowledgement
{
    private static readonly IReadOnlyList<long> s_none = [];

    /// <summary>The store has, or has refused for good, what was sent with this sequence and before: it need not be sent again.</summary>
    public required long Sequence { get; init; }

    /// <summary>The sequences of those that the store has refused for good: their flows are lost.</summary>
    public IReadOnlyList<long> Lost { get; init => field = value ?? s_none; } = s_none;
}
