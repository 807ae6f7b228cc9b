using System.Collections.Concurrent;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Injections;
using Skydive.Contracts.PingMeshes;
using Skydive.Contracts.Queries;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>An agent that writes its orders down, and has flows.</summary>
internal sealed class FakeAgent(string host) : IAgentLink
{
    public string Host => host;

    public ConcurrentQueue<string> Orders { get; } = new();

    public ConcurrentQueue<(string NodeId, Injection Injection)> Injections { get; } = new();

    public IReadOnlyList<Flow> Flows { get; set; } = [];

    /// <summary>What happens at an order besides; may throw.</summary>
    public Func<CancellationToken, Task> OnOrder { get; set; } = static _ => Task.CompletedTask;

    /// <summary>What happens at a search besides; may throw.</summary>
    public Func<CancellationToken, Task> OnSearch { get; set; } = static _ => Task.CompletedTask;

    public FlowSearch? LastSearch { get; private set; }

    public Task StartCaptureAsync(string nodeId, Capture capture, CancellationToken cancellationToken) => OrderAsync($"start {capture.UUID} {nodeId}", cancellationToken);

    public Task StopCaptureAsync(string nodeId, string captureId, CancellationToken cancellationToken) => OrderAsync($"stop {captureId} {nodeId}", cancellationToken);

    public Task StartInjectionAsync(string nodeId, Injection injection, CancellationToken cancellationToken)
    {
        Injections.Enqueue((nodeId, injection));
        return OrderAsync($"inject {injection.UUID} {nodeId}", cancellationToken);
    }

    public Task StopInjectionAsync(string nodeId, string injectionId, CancellationToken cancellationToken) => OrderAsync($"stop injection {injectionId} {nodeId}", cancellationToken);

    public ConcurrentDictionary<string, PingMeshOrder> Meshes { get; } = new();

    /// <summary>What it has measured.</summary>
    public Func<PingReportRequest, PingReport> Report { get; set; } = static request => new() { Sequence = request.After };

    public Task SetPingMeshAsync(PingMeshOrder order, CancellationToken cancellationToken)
    {
        Meshes[order.Mesh.UUID] = order;
        return OrderAsync($"mesh {order.Mesh.UUID} {string.Join(' ', order.Probes.Select(static probe => $"{probe.NodeID}>{probe.DstIP}"))}", cancellationToken);
    }

    public Task StopPingMeshAsync(string meshId, CancellationToken cancellationToken)
    {
        Meshes.TryRemove(meshId, out _);
        return OrderAsync($"stop mesh {meshId}", cancellationToken);
    }

    public Task<PingReport> GetPingReportAsync(PingReportRequest request, CancellationToken cancellationToken) => Meshes.ContainsKey(request.UUID)
        ? Task.FromResult(Report(request))
        : Task.FromException<PingReport>(new AgentRequestException(404, "there is no such mesh"));

    public async Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken)
    {
        LastSearch = search;
        await OnSearch(cancellationToken);
        return search.Finish(Flows.Where(search.Matches));
    }

    public IReadOnlyList<FlowRawPackets> Packets { get; set; } = [];

    public async Task<IReadOnlyList<FlowRawPackets>> SearchRawPacketsAsync(RawPacketSearch search, CancellationToken cancellationToken)
    {
        await OnSearch(cancellationToken);
        return [.. Packets.Where(flow => search.FlowUUIDs.Contains(flow.FlowUUID))];
    }

    public int Count(string order) => Orders.Count(given => given == order);

    private Task OrderAsync(string order, CancellationToken cancellationToken)
    {
        Orders.Enqueue(order);
        return OnOrder(cancellationToken);
    }
}
