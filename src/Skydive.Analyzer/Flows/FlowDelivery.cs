using Skydive.Contracts.Flows;
using Skydive.Storage;

namespace Skydive.Analyzer.Flows;

/// <summary>Flows on their way to the store.</summary>
internal sealed record FlowDelivery
{
    /// <summary>What a byte of a packet takes of the room, which is measured in flows.</summary>
    private const int BytesPerFlow = 512;

    /// <summary>The flows.</summary>
    public IReadOnlyList<Flow> Flows { get; init; } = [];

    /// <summary>Packets of flows.</summary>
    public IReadOnlyList<FlowRawPackets> Packets { get; init; } = [];

    /// <summary>How far the agent's run has come with it; null for an agent in the same process.</summary>
    public FlowProgress? Progress { get; init; }

    /// <summary>Told, once, when the store has it (true) or has refused it for good (false). Must not wait.</summary>
    public Action<bool>? OnEnd { get; init; }

    /// <summary>What it takes of the room for flows that wait.</summary>
    public int Weight { get; private init; }

    /// <summary>Takes the measure of a delivery.</summary>
    public FlowDelivery Weighed() => this with
    {
        Weight = (int)Math.Min(int.MaxValue, Flows.Count + (Packets.Sum(static flow => flow.Packets.Sum(static packet => (long)packet.Data.Length)) / BytesPerFlow)),
    };
}
