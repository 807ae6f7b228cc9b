using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using System.Text.Json;
using Skydive.Bench;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Status;

namespace Skydive.Graph.Bench;

/// <summary>
/// Publishes the whole graph to a running analyzer, as one Sync message or as one message for each element, and takes the time from the first
/// byte that is sent until the analyzer's status shows all of it.
/// </summary>
internal static class PublishBench
{
    public static async Task RunAsync(Uri analyzer, bool asOne, int rounds, int processId)
    {
        var snapshot = BenchGraph.Build().Current;
        var messages = asOne
            ? [MessageWriter.WriteSync(MessageTypes.Sync, "u", snapshot.GetNodes(), snapshot.GetEdges())]
            : snapshot.GetNodes().Select(static node => MessageWriter.WriteElement(MessageTypes.NodeAdded, node))
                .Concat(snapshot.GetEdges().Select(static edge => MessageWriter.WriteElement(MessageTypes.EdgeAdded, edge))).ToList();
        Console.WriteLine($"{messages.Count} messages, {messages.Sum(static message => (long)message.Length) / 1048576.0:0.0} MiB");
        using var http = new HttpClient { BaseAddress = analyzer };
        var before = await StatusAsync(http);
        for (int round = 0; round < rounds; round++)
        {
            using var socket = new ClientWebSocket();
            socket.Options.SetRequestHeader(WebSocketHeaders.HostId, "bench");
            socket.Options.SetRequestHeader(WebSocketHeaders.ClientType, "bench");
            socket.Options.SetRequestHeader(WebSocketHeaders.PersistencePolicy, "DeleteOnDisconnect");
            await socket.ConnectAsync(new UriBuilder(analyzer) { Scheme = "ws", Path = "/ws/publisher" }.Uri, CancellationToken.None);

            // Pings are answered while something is read.
            var closed = socket.ReceiveAsync(new byte[1024], CancellationToken.None);
            double processorBefore = ProcessorSeconds(processId);
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
            while (status.NodeCount < before.NodeCount + BenchGraph.Nodes || status.EdgeCount < before.EdgeCount + BenchGraph.Edges);

            double loaded = watch.Elapsed.TotalSeconds;
            Console.WriteLine(
                $"sent after {sent:0.00} s, in the graph after {loaded:0.00} s, which took the analyzer {ProcessorSeconds(processId) - processorBefore:0.00} s of CPU; {status.MemoryBytes / 1048576.0:0} MiB resident");
            for (int i = 0; i < 3; i++)
            {
                await Task.Delay(5000);
                Console.WriteLine($"  {5 * (i + 1)} s later: {(await StatusAsync(http)).MemoryBytes / 1048576.0:0} MiB resident");
            }

            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
            await closed;
            while ((await StatusAsync(http)).NodeCount > before.NodeCount)
            {
                await Task.Delay(20);
            }
        }
    }

    /// <summary>Processor time that a process has used; 0 when it is not of this machine.</summary>
    private static double ProcessorSeconds(int processId)
    {
        if (processId == 0)
        {
            return 0;
        }

        using var process = Process.GetProcessById(processId);
        return process.TotalProcessorTime.TotalSeconds;
    }

    private static async Task<AnalyzerStatus> StatusAsync(HttpClient http) =>
        (await http.GetFromJsonAsync(new Uri("/api/status", UriKind.Relative), ContractsJsonContext.Default.AnalyzerStatus))!;
}
