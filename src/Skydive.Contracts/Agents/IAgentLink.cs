using Skydive.Contracts.Captures;
using Skydive.Contracts.Injections;
using Skydive.Contracts.PingMeshes;
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

    /// <summary>
    /// Starts to send packets from a node. How it goes is in the node's <c>PacketInjections</c>; what is over stays there until
    /// <see cref="StopInjectionAsync"/>.
    /// </summary>
    /// <param name="nodeId">Identifier of the node.</param>
    /// <param name="injection">The packets: addresses, ports and identifiers are all given.</param>
    /// <param name="cancellationToken">Gives up waiting; packets may be sent all the same.</param>
    /// <exception cref="AgentRequestException">The agent refuses, or cannot be reached.</exception>
    Task StartInjectionAsync(string nodeId, Injection injection, CancellationToken cancellationToken);

    /// <summary>Stops sending packets from a node, and takes the injection out of its <c>PacketInjections</c>. Nothing happens when it is not there.</summary>
    /// <param name="nodeId">Identifier of the node.</param>
    /// <param name="injectionId">Identifier of the injection.</param>
    /// <param name="cancellationToken">Gives up waiting; it may stop all the same.</param>
    /// <exception cref="AgentRequestException">The agent cannot be reached.</exception>
    Task StopInjectionAsync(string nodeId, string injectionId, CancellationToken cancellationToken);

    /// <summary>Measures pairs of a ping mesh from now on, instead of those that an order before gave; pairs in both go on counting.</summary>
    /// <param name="order">The mesh, and the pairs whose sources are nodes of the agent.</param>
    /// <param name="cancellationToken">Gives up waiting; the order may be carried out all the same.</param>
    /// <exception cref="AgentRequestException">The agent refuses, or cannot be reached.</exception>
    Task SetPingMeshAsync(PingMeshOrder order, CancellationToken cancellationToken);

    /// <summary>Ends a ping mesh, and forgets it. Nothing happens when it is not there.</summary>
    /// <param name="meshId">Identifier of the mesh.</param>
    /// <param name="cancellationToken">Gives up waiting; it may end all the same.</param>
    /// <exception cref="AgentRequestException">The agent cannot be reached.</exception>
    Task StopPingMeshAsync(string meshId, CancellationToken cancellationToken);

    /// <summary>Asks what was measured for a ping mesh.</summary>
    /// <param name="request">The mesh, and which samples are kept already.</param>
    /// <param name="cancellationToken">Gives up waiting.</param>
    /// <exception cref="AgentRequestException">The agent does not know the mesh, or cannot be reached.</exception>
    Task<PingReport> GetPingReportAsync(PingReportRequest request, CancellationToken cancellationToken);
}
