using Skydive.Contracts.Flows;

namespace Skydive.Agent.Captures;

/// <summary>Where the agent sends flows: the analyzer in the same process, or one over the network.</summary>
public interface IFlowOutput
{
    /// <summary>Takes flows. Must not wait: what there is no room for is dropped and counted by the receiver.</summary>
    /// <param name="flows">The flows.</param>
    /// <returns>False when they were dropped.</returns>
    bool TryAccept(IReadOnlyList<Flow> flows);
}
