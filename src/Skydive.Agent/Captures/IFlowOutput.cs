using Skydive.Contracts.Flows;

namespace Skydive.Agent.Captures;

/// <summary>Where the agent sends flows: the analyzer in the same process, or one over the network.</summary>
public interface IFlowOutput
{
    /// <summary>Takes flows, and the packets that a <see cref="Skydive.Flows.Table.FlowBatch"/> has of them. Must not wait.</summary>
    /// <param name="flows">The flows.</param>
    /// <param name="onDropped">Told, on any thread, how many flows, and packets of flows, that were taken are lost later; null when nobody wants to know.</param>
    /// <returns>False when there was no room and they are lost.</returns>
    bool TryAccept(IReadOnlyList<Flow> flows, Action<int, int>? onDropped = null);
}
