using System.Collections.Concurrent;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Injections;
using Skydive.Contracts.PingMeshes;
using Skydive.Contracts.Queries;

namespace Skydive.Agent.Tests.Support;

/// <summary>Takes orders and writes them down.</summary>
internal sealed class FakeAgentLink : IAgentLink
{
    public string Host => "lab";

    public ConcurrentQueue<string> Orders { get; } = new();

    public Func<Exception?> Failure { get; set; } = static () => null;

    public Func<FlowSearch, CancellationToken, Task<IReadOnlyList<Flow>>> Search { get; set; } = static (_, _) => Task.FromResult<IReadOnlyList<Flow>>([]);

    public Task StartCaptureAsync(string nodeId, Capture capture, CancellationToken cancellationToken) => OrderAsync($"start {capture.UUID} at {nodeId}");

    public Task StopCaptureAsync(string nodeId, string captureId, CancellationToken cancellationToken) => OrderAsync($"stop {captureId} at {nodeId}");

    public Task StartInjectionAsync(string nodeId, Injection injection, CancellationToken cancellationToken) => OrderAsync($"inject {injection.UUID} at {nodeId}");

    public Task StopInjectionAsync(string nodeId, string injectionId, CancellationToken cancellationToken) => OrderAsync($"stop injection {injectionId} at {nodeId}");

    public Task SetPingMeshAsync(PingMeshOrder order, CancellationToken cancellationToken) => OrderAsync($"mesh {order.Mesh.UUID} of {order.Probes.Count}");

    public Task StopPingMeshAsync(string meshId, CancellationToken cancellationToken) => OrderAsync($"stop mesh {meshId}");

    public Task<PingReport> GetPingReportAsync(PingReportRequest request, CancellationToken cancellationToken) =>
        Failure() is { } failure ? Task.FromException<PingReport>(failure) : Task.FromResult(new PingReport { Sequence = request.After + 1 });

    public Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken) => Search(search, cancellationToken);

    public Func<RawPacketSearch, IReadOnlyList<FlowRawPackets>> SearchPackets { get; set; } = static _ => [];

    public Task<IReadOnlyList<FlowRawPackets>> SearchRawPacketsAsync(RawPacketSearch search, CancellationToken cancellationToken) => Task.FromResult(SearchPackets(search));

    private Task OrderAsync(string order)
    {
        Orders.Enqueue(order);
        return Failure() is { } failure ? Task.FromException(failure) : Task.CompletedTask;
    }
}
