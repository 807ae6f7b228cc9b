using System.Net.WebSockets;
using Microsoft.AspNetCore.Http;
using Skydive.Analyzer.Flows;
using Skydive.Contracts;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Messages;

namespace Skydive.Analyzer.WebSockets;

/// <summary>
/// <c>/ws/subscriber/flow</c>: tells clients of flows as they come. The namespaces that a client asks for choose: <c>flow</c> for all of them,
/// <c>flow/</c> and the identifier of a capture for those of the capture, <c>stats</c> for what became of the packets of every capture, once a second.
/// </summary>
internal sealed class FlowSubscriberEndpoint(
    FlowBoard board, ConnectionDirectory directory, Func<IReadOnlyDictionary<string, CaptureStatistics>> getStatistics, WebSocketOptions options, string host, CancellationToken stopping)
{
    private static readonly TimeSpan s_statisticsPause = TimeSpan.FromSeconds(1);

    /// <summary>Serves one connection until it ends.</summary>
    public async Task HandleAsync(HttpContext context)
    {
        if (await WebSocketEntry.IdentifyAsync(context).ConfigureAwait(false) is not { } client)
        {
            return;
        }

        var captures = client.Namespaces.Where(static name => name.StartsWith(MessageNamespaces.FlowOfCapture, StringComparison.Ordinal))
            .Select(static name => name[MessageNamespaces.FlowOfCapture.Length..]).ToHashSet(StringComparer.Ordinal);
        var reader = new FlowReader(client.Wants(MessageNamespaces.FlowStream), captures);
        var status = WebSocketEntry.StatusOf(context, client);
        if (!directory.TryAdd(client.HostId, () => status with { Dropped = reader.Dropped }))
        {
            await WebSocketEntry.RefuseAsync(context, StatusCodes.Status409Conflict, $"a client with {WebSocketHeaders.HostId} '{client.HostId}' is connected").ConfigureAwait(false);
            return;
        }

        board.Add(reader);
        try
        {
            using var accepted = await WebSocketEntry.AcceptAsync(context, options, host, "analyzer").ConfigureAwait(false);
            WebSocket socket = client.IsBinary ? new ProtobufWebSocket(accepted, options.MaximumRequestBytes) : accepted;
            await ServeAsync(socket, client, reader, context.RequestAborted).ConfigureAwait(false);
        }
        finally
        {
            board.Remove(reader);
            directory.Remove(client.HostId);
        }
    }

    private async Task ServeAsync(WebSocket socket, ClientIdentity client, FlowReader reader, CancellationToken aborted)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(aborted, stopping);
        var receiving = ReceiveAsync(socket, ending.Token);
        var sending = SendAsync(socket, reader, ending.Token);
        var counting = client.Wants(MessageNamespaces.Stats) ? CountAsync(reader, ending.Token) : Task.Delay(Timeout.Infinite, ending.Token);
        try
        {
            await (await Task.WhenAny(receiving, sending, counting).ConfigureAwait(false)).ConfigureAwait(false);
            await WebSocketClosing.CloseAsync(socket).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (stopping.IsCancellationRequested)
        {
            await WebSocketClosing.CloseAsync(socket, WebSocketCloseStatus.EndpointUnavailable, "the service ends").ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or OperationCanceledException or IOException)
        {
            // The client is gone.
        }
        finally
        {
            await ending.CancelAsync().ConfigureAwait(false);
            await Task.WhenAll(receiving, sending, counting).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private static async Task SendAsync(WebSocket socket, FlowReader reader, CancellationToken cancellationToken)
    {
        await foreach (var message in reader.Messages.ReadAllAsync(cancellationToken).ConfigureAwait(false))
        {
            await socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, cancellationToken).ConfigureAwait(false);
        }
    }

    // Clients have nothing to say here; what they send is passed over, however long it is.
    private static async Task ReceiveAsync(WebSocket socket, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1024];
        while ((await socket.ReceiveAsync(buffer.AsMemory(), cancellationToken).ConfigureAwait(false)).MessageType != WebSocketMessageType.Close)
        {
        }
    }

    private async Task CountAsync(FlowReader reader, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(s_statisticsPause);
        while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
        {
            IReadOnlyList<FlowStats> statistics = [.. getStatistics().OrderBy(static entry => entry.Key, StringComparer.Ordinal).Select(static entry => new FlowStats
            {
                CaptureID = entry.Key,
                FlowCount = entry.Value.FlowCount,
                FlowDropped = entry.Value.FlowsEvicted,
                PacketsReceived = entry.Value.PacketsReceived,
                PacketsDropped = entry.Value.PacketsDropped,
                PacketsInvalid = entry.Value.PacketsInvalid,
                DatagramsDropped = entry.Value.DatagramsDropped,
                SegmentsDropped = entry.Value.SegmentsDropped,
                RawPacketsDropped = entry.Value.RawPacketsDropped,
            })];
            if (statistics.Count > 0)
            {
                reader.Tell(MessageWriter.Write(MessageNamespaces.Stats, MessageTypes.Stats, Guid.NewGuid().ToString(), statistics, ContractsJsonContext.Default.IReadOnlyListFlowStats));
            }
        }
    }
}
