using Skydive.Contracts.Flows;

namespace Skydive.Storage;

/// <summary>Flows to be kept, with what belongs to them: all of it or nothing.</summary>
public sealed record FlowAppend
{
    /// <summary>The flows as they are now.</summary>
    public IReadOnlyList<Flow> Flows { get; init; } = [];

    /// <summary>Packets of flows, these or others.</summary>
    public IReadOnlyList<FlowRawPackets> Packets { get; init; } = [];

    /// <summary>How far the runs of agents have come with this.</summary>
    public IReadOnlyList<FlowProgress> Progress { get; init; } = [];

    /// <summary>Whether there is nothing to keep.</summary>
    internal bool IsEmpty => Flows.Count == 0 && Packets.Count == 0 && Progress.Count == 0;
}
