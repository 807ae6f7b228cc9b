using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using Skydive.Bench;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Status;

namespace Skydive.Graph.Bench;

/// <summary>
/// Publishes the whole graph over a WebSocket to an analyzer in a process of its own that has just started, as one Sync message or as one message for each
/// element, and takes the time from the first byte that is sent until the analyzer's status shows all of it, and what memory that takes.
/// </summary>
internal static class PublishBench
{
    public static async Task RunAsync(string backend, bool asOne, int rounds)
    {
        var snapshot = BenchGraph.Build().Current;
        var messages = asOne
            ? [MessageWriter.WriteSync(MessageTypes.Sync, "u", snapshot.GetNodes(), snapshot.GetEdges())]
            : snapshot.GetNodes().Select(static node => MessageWriter.WriteElement(MessageTypes.NodeAdded, node))
                .Concat(snapshot.GetEdges().Select(static edge => MessageWriter.WriteElement(MessageTypes.EdgeAdded, edge))).ToList();
        Console.WriteLine($"{messages.Count} messages, {messages.Sum(static message => (long)message.Length) / 1048576.0:0.0} MiB, history: {backend}");
        for (int round = 0; round < rounds; round++)
        {
            await PublishAsync(backend, messages);
        }
    }

    private static async Task PublishAsync(string backend, List<ReadOnlyMemory<byte>> messages)
    {
        using var service = await BenchService.StartAsync(backend);
        using var http = new HttpClient { BaseAddress = service.Address };
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader(WebSocketHeaders.HostId, "bench");
        socket.Options.SetRequestHeader(WebSocketHeaders.ClientType, "bench");
        await socket.ConnectAsync(new UriBuilder(service.Address) { Scheme = "ws", Path = "/ws/publisher" }.Uri, CancellationToken.None);

        // Pings are answered while something is read.
        var closed = socket.ReceiveAsync(new byte[1024], CancellationToken.None);
        double processorBefore = service.ProcessorSeconds;
        double idle = service.ResidentMiB.Now;
        var watch = Stopwatch.StartNew();
        foreach (var message in messages)
        {
            await socket.SendAsync(message, WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        }

        double sent = watch.Elapsed.TotalSeconds;
        AnalyzerStatus status;
        do
        {
            await Task.Delay(20);
            status = await StatusAsync(http);
        }
        while (status.NodeCount < BenchGraph.Nodes || status.EdgeCount < BenchGraph.Edges);

        double loaded = watch.Elapsed.TotalSeconds;
        double processor = service.ProcessorSeconds - processorBefore;

        // Until history has everything and memory was given back.
        double before = 0;
        for (int quiet = 0; quiet < 4; quiet = Math.Abs(service.ProcessorSeconds - before) < 0.3 ? quiet + 1 : 0)
        {
            before = service.ProcessorSeconds;
            await Task.Delay(2000);
        }

        var (now, peak) = service.ResidentMiB;
        status = await StatusAsync(http);
        Console.WriteLine(
            $"sent after {sent:0.00} s, in the graph after {loaded:0.00} s with {processor:0.00} s of CPU; {idle:0} MiB resident before, "
            + $"{peak:0} at most, {now:0} when settled; {status.Storage?.RevisionsDropped} revisions dropped");
        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await closed;
    }

    private static async Task<AnalyzerStatus> StatusAsync(HttpClient http) =>
        (await http.GetFromJsonAsync(new Uri("/api/status", UriKind.Relative), ContractsJsonContext.Default.AnalyzerStatus))!;
}
