namespace Skydive.Contracts.Status;

/// <summary>What became of the flows that an analyzer got. Counted since it started.</summary>
public sealed record FlowReceptionStatus
{
    /// <summary>Updates of flows that came, repeated ones not counted.</summary>
    public long Received { get; init; }

    /// <summary>Of these, updates that the store has.</summary>
    public long Stored { get; init; }

    /// <summary>Updates that wait for the store.</summary>
    public long Waiting { get; init; }

    /// <summary>Updates that were lost: there was no room for them, or the store refused them.</summary>
    public long Dropped { get; init; }

    /// <summary>Messages of agents that came again and were recognised.</summary>
    public long Repeated { get; init; }
}
