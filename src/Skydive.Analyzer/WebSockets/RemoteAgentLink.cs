using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Skydive.Contracts;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Injections;
using Skydive.Contracts.Messages;
using Skydive.Contracts.PingMeshes;
using Skydive.Contracts.Queries;
using Skydive.Flows.Encoding;

namespace Skydive.Analyzer.WebSockets;

/// <summary>An agent at the other end of a WebSocket. Requests and replies are joined by their UUID.</summary>
internal sealed class RemoteAgentLink(string host, WebSocket socket, WebSocketOptions options) : IAgentLink, IDisposable
{
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly ConcurrentDictionary<string, TaskCompletionSource<WebSocketMessage>> _pending = new(StringComparer.Ordinal);
    private volatile bool _isGone;

    /// <inheritdoc/>
    public string Host => host;

    /// <inheritdoc/>
    public Task StartCaptureAsync(string nodeId, Capture capture, CancellationToken cancellationToken) => OrderAsync(MessageTypes.Start, nodeId, capture, cancellationToken);

    /// <inheritdoc/>
    public Task StopCaptureAsync(string nodeId, string captureId, CancellationToken cancellationToken) =>
        OrderAsync(MessageTypes.Stop, nodeId, new Capture { GremlinQuery = string.Empty, UUID = captureId }, cancellationToken);

    /// <inheritdoc/>
    public Task StartInjectionAsync(string nodeId, Injection injection, CancellationToken cancellationToken) =>
        OrderAsync(MessageTypes.Start, nodeId, injection, cancellationToken);

    /// <inheritdoc/>
    public Task StopInjectionAsync(string nodeId, string injectionId, CancellationToken cancellationToken) =>
        OrderAsync(MessageTypes.Stop, nodeId, new Injection { UUID = injectionId }, cancellationToken);

    /// <inheritdoc/>
    public Task SetPingMeshAsync(PingMeshOrder order, CancellationToken cancellationToken) =>
        OrderAsync(MessageNamespaces.OnDemandPingMesh, MessageTypes.Start, order, ContractsJsonContext.Default.PingMeshOrder, cancellationToken);

    /// <inheritdoc/>
    public Task StopPingMeshAsync(string meshId, CancellationToken cancellationToken) => OrderAsync(
        MessageNamespaces.OnDemandPingMesh, MessageTypes.Stop, new PingMeshOrder { Mesh = new() { UUID = meshId } }, ContractsJsonContext.Default.PingMeshOrder, cancellationToken);

    /// <inheritdoc/>
    public async Task<PingReport> GetPingReportAsync(PingReportRequest request, CancellationToken cancellationToken)
    {
        var reply = await RequestAsync(
            MessageNamespaces.OnDemandPingMesh, MessageTypes.PingQuery, request, ContractsJsonContext.Default.PingReportRequest, cancellationToken).ConfigureAwait(false);
        try
        {
            var answer = reply.Obj.ValueKind == JsonValueKind.Object ? reply.Obj.Deserialize(ContractsJsonContext.Default.PingReportReply) : null;
            return reply.Status == 200 && answer?.Report is { } report
                ? report
                : throw new AgentRequestException(reply.Status, $"agent {host}: {answer?.Error ?? "no report in its answer"}");
        }
        catch (JsonException e)
        {
            throw new AgentRequestException(500, $"agent {host} gave an answer that cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Flow>> SearchFlowsAsync(FlowSearch search, CancellationToken cancellationToken)
    {
        var reply = await RequestAsync(
            MessageNamespaces.Flow, MessageTypes.TableQuery, search, ContractsJsonContext.Default.FlowSearch, cancellationToken).ConfigureAwait(false);
        try
        {
            var answer = reply.Obj.ValueKind == JsonValueKind.Object ? reply.Obj.Deserialize(ContractsJsonContext.Default.FlowSearchReply) : null;
            return reply.Status == 200 && answer?.Flows is { } chunks
                ? [.. chunks.SelectMany(static chunk => FlowChunk.Decode(chunk))]
                : throw new AgentRequestException(reply.Status, $"agent {host}: {answer?.Error ?? "no flows in its answer"}");
        }
        catch (Exception e) when (e is JsonException or FlowChunkException)
        {
            throw new AgentRequestException(500, $"agent {host} gave an answer that cannot be read: {e.Message}", e);
        }
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<FlowRawPackets>> SearchRawPacketsAsync(RawPacketSearch search, CancellationToken cancellationToken)
    {
        var reply = await RequestAsync(
            MessageNamespaces.Flow, MessageTypes.RawPacketQuery, search, ContractsJsonContext.Default.RawPacketSearch, cancellationToken).ConfigureAwait(false);
        try
        {
            var answer = reply.Obj.ValueKind == JsonValueKind.Object ? reply.Obj.Deserialize(ContractsJsonContext.Default.RawPacketSearchReply) : null;
            return reply.Status == 200 && answer?.Packets is { } chunk
                ? RawPacketChunk.Decode(chunk)
                : throw new AgentRequestException(reply.Status, $"agent {host}: {answer?.Error ?? "no packets in its answer"}");
        }
        catch (Exception e) when (e is JsonException or FlowChunkException)
        {
            throw new AgentRequestException(500, $"agent {host} gave an answer that cannot be read: {e.Message}", e);
        }
    }

    /// <summary>Takes a reply from the agent. One that nobody waits for any more is left aside.</summary>
    public void OnReply(WebSocketMessage reply)
    {
        if (_pending.TryRemove(reply.UUID, out var waiting))
        {
            waiting.TrySetResult(reply);
        }
    }

    /// <summary>Releases everyone who still waits for a reply, and whoever asks from now on.</summary>
    public void Dispose()
    {
        _isGone = true;
        foreach (string uuid in _pending.Keys)
        {
            if (_pending.TryRemove(uuid, out var waiting))
            {
                waiting.TrySetException(Gone());
            }
        }
    }

    private Task OrderAsync(string type, string nodeId, Capture capture, CancellationToken cancellationToken) => OrderAsync(
        MessageNamespaces.OnDemandCapture, type, new() { NodeID = nodeId, Resource = capture }, ContractsJsonContext.Default.CaptureOrder, cancellationToken);

    private Task OrderAsync(string type, string nodeId, Injection injection, CancellationToken cancellationToken) => OrderAsync(
        MessageNamespaces.OnDemandPacketInjection, type, new() { NodeID = nodeId, Resource = injection }, ContractsJsonContext.Default.InjectionOrder, cancellationToken);

    private async Task OrderAsync<T>(string messageNamespace, string type, T order, JsonTypeInfo<T> orderType, CancellationToken cancellationToken) =>
        CheckOrder(await RequestAsync(messageNamespace, type, order, orderType, cancellationToken).ConfigureAwait(false));

    private async Task<WebSocketMessage> RequestAsync<T>(
        string messageNamespace, string type, T payload, JsonTypeInfo<T> payloadType, CancellationToken cancellationToken)
    {
        string uuid = Guid.NewGuid().ToString();
        var waiting = new TaskCompletionSource<WebSocketMessage>(TaskCreationOptions.RunContinuationsAsynchronously);
        _pending[uuid] = waiting;
        try
        {
            if (_isGone)
            {
                throw Gone();
            }

            await SendAsync(MessageWriter.Write(messageNamespace, type, uuid, payload, payloadType), cancellationToken).ConfigureAwait(false);
            return await waiting.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or ObjectDisposedException or IOException)
        {
            throw new AgentRequestException(504, $"agent {host} cannot be reached: {e.Message}", e);
        }
        finally
        {
            _pending.TryRemove(uuid, out _);
        }
    }

    private async Task SendAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken)
    {
        await _sending.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // Giving up in the middle of a message would break the connection for all: only its own deadline may do that.
            using var deadline = new CancellationTokenSource(options.WriteTimeout);
            await socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, deadline.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e)
        {
            throw new AgentRequestException(504, $"agent {host} takes no messages", e);
        }
        finally
        {
            _sending.Release();
        }
    }

    private AgentRequestException Gone() => new(504, $"agent {host} is gone");

    private void CheckOrder(WebSocketMessage reply)
    {
        if (reply.Status == 200)
        {
            return;
        }

        string? error = null;
        try
        {
            error = reply.Obj.ValueKind == JsonValueKind.Object ? reply.Obj.Deserialize(ContractsJsonContext.Default.OrderReply)?.Error : null;
        }
        catch (JsonException)
        {
            // The status alone has to do.
        }

        throw new AgentRequestException(reply.Status, error ?? $"agent {host} refused with status {reply.Status}");
    }
}
