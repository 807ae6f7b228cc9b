namespace Skydive.Contracts.Status;

/// <summary>How an agent gets its flows to the analyzer. Counted since it started.</summary>
public sealed record FlowDeliveryStatus
{
    /// <summary>Whether there is a connection for flows.</summary>
    public required bool IsConnected { get; init; }

    /// <summary>Updates of flows that the analyzer has stored.</summary>
    public long Acknowledged { get; init; }

    /// <summary>Updates of flows that are kept until it has.</summary>
    public long Waiting { get; init; }

    /// <summary>Bytes that these take.</summary>
    public long WaitingBytes { get; init; }

    /// <summary>Messages that were sent again after the connection broke.</summary>
    public long Repeated { get; init; }

    /// <summary>Updates of flows that are lost: there was no room to keep them, or the analyzer's store refused them.</summary>
    public long Dropped { get; init; }
}
