using Skydive.Contracts.Captures;
using Skydive.Contracts.Queries;

namespace Skydive.Contracts.Agents;

/// <summary>
/// What an analyzer asks of an agent, whether it runs in the same process or answers over a WebSocket. Safe for use by several threads at
/// once.
/// </summary>
public interface IAgentLink : IFlowSource, IRawPacketSource
{
    /// <summary>Identity of the agent's host.</summary>
    string Host { get; }

    /// <summary>Starts a capture at a node. Nothing happens when it runs there already.</summary>
    /// <param name="nodeId">Identifier of the node.</param>
    /// <param name="capture">The capture.</param>
    /// <param name="cancellationToken">Gives up waiting; the capture may start all the same.</param>
    /// <exception cref="AgentRequestException">The agent refuses, or cannot be reached.</exception>
    Task StartCaptureAsync(string nodeId, Capture capture, CancellationToken cancellationToken);

    /// <summary>Stops a capture at a node. Nothing happens when it does not run there.</summary>
    /// <param name="nodeId">Identifier of the node.</param>
    /// <param name="captureId">Identifier of the capture.</param>
    /// <param name="cancellationToken">Gives up waiting; the capture may stop all the same.</param>
    /// <exception cref="AgentRequestException">The agent cannot be reached.</exception>
    Task StopCaptureAsync(string nodeId, string captureId, CancellationToken cancellationToken);
}
