using Skydive.Agent.Captures;
using Skydive.Agent.Injections;
using Skydive.Agent.PingMeshes;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Injections;
using Skydive.Contracts.PingMeshes;
using Skydive.Contracts.Queries;

namespace Skydive.Agent.Link;

/// <summary>What an agent can be asked: its captures, its injections and its ping meshes, which know nothing of one another.</summary>
/// <param name="host">Identity of the agent's host.</param>
/// <param name="captures">The captures.</param>
/// <param name="injections">The injections.</param>
/// <param name="meshes">The ping meshes.</param>
internal sealed class AgentLink(string host, CaptureDirectory captures, InjectionDirectory injections, PingMeshDirectory meshes) : IAgentLink
{
    /// <inheritdoc/>
    public string Host => host;

    /// <inheritdoc/>
    public Task StartCaptureAsync(string nodeId, Capture capture, CancellationToken cancellationToken) =>
        captures.StartCaptureAsync(nodeId, capture, cancellationToken);

    /// <inheritdoc/>
    public Task StopCaptureAsync(string nodeId, string captureId, CancellationToken cancellationToken) =>
        captures.StopCaptureAsync(nodeId, captureId, cancellationToken);

    /// <inheritdoc/>
    public Task StartInjectionAsync(string nodeId, Injection injection, CancellationToken cancellationToken) =>
        injections.StartAsync(nodeId, injection, cancellationToken);

    /// <inheritdoc/>
    public Task StopInjectionAsync(string nodeId, string injectionId, CancellationToken cancellationToken) =>
        injections.StopAsync(nodeId, injectionId, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken) =>
        captures.SearchFlowsAsync(search, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<FlowRawPackets>> SearchRawPacketsAsync(RawPacketSearch search, CancellationToken cancellationToken) =>
        captures.SearchRawPacketsAsync(search, cancellationToken);

    /// <inheritdoc/>
    public Task SetPingMeshAsync(PingMeshOrder order, CancellationToken cancellationToken) => meshes.SetAsync(order, cancellationToken);

    /// <inheritdoc/>
    public Task StopPingMeshAsync(string meshId, CancellationToken cancellationToken) => meshes.StopAsync(meshId, cancellationToken);

    /// <inheritdoc/>
    public Task<PingReport> GetPingReportAsync(PingReportRequest request, CancellationToken cancellationToken) => Task.Run(() => meshes.Report(request), cancellationToken);
}
