using System.Diagnostics;
using System.Net.Http.Json;
using System.Net.WebSockets;
using Skydive.Bench;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Queries;

namespace Skydive.Gremlin.Bench;

/// <summary>Asks a service process, into which the graph was published, over HTTP: from request to the last byte of the answer.</summary>
internal static class RestBench
{
    public static async Task RunAsync()
    {
        var snapshot = BenchGraph.Build().Current;
        using var service = await BenchService.StartAsync("sqlite");
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader(WebSocketHeaders.HostId, "bench");
        socket.Options.SetRequestHeader(WebSocketHeaders.ClientType, "bench");
        await socket.ConnectAsync(new UriBuilder(service.Address) { Scheme = "ws", Path = "/ws/publisher" }.Uri, CancellationToken.None);
        var closed = socket.ReceiveAsync(new byte[1024], CancellationToken.None);
        await socket.SendAsync(
            MessageWriter.WriteSync(MessageTypes.Sync, "u", snapshot.GetNodes(), snapshot.GetEdges()), WebSocketMessageType.Text, WebSocketMessageFlags.EndOfMessage, CancellationToken.None);
        using var http = new HttpClient { BaseAddress = service.Address };
        while ((await AskAsync(http, "G.V().Count()")).Text != "100000" || (await AskAsync(http, "G.E().Count()")).Text != "300000")
        {
            await Task.Delay(100);
        }

        // History is written beside it; let that be over, and know a time that is past.
        for (double before = 0, now; Math.Abs((now = service.ProcessorSeconds) - before) > 0.2; before = now)
        {
            await Task.Delay(3000);
        }

        long then = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() - 2000;
        string start = BenchGraph.IdOf(4711);
        Console.WriteLine($"{"query",-24} {"median ms",12} {"least ms",12} {"bytes",10}");
        foreach (var (name, query) in ((string, string)[])
        [
            ("all nodes, count", "G.V().Count()"),
            ("by name", "G.V().Has('Name', 'if31337')"),
            ("by type, count", "G.V().Has('Type', 'veth').Count()"),
            ("bridge–veth count", "G.V().Has('Type', 'bridge').Both().Has('Type', 'veth').Count()"),
            ("filter, count", "G.V().Has('Type', 'veth', 'State', 'DOWN').Count()"),
            ("path", $"G.V('{start}').ShortestPathTo(Metadata('Name', 'if31337'))"),
            ("two hops", $"G.V('{start}').Out().Out()"),
            ("past, by name", $"G.At({then}).V().Has('Name', 'if31337')"),
            ("past, by name, count", $"G.At({then}).V().Has('Name', 'if31337').Count()"),
            ("past, neighbours", $"G.At({then}).V().Has('Name', 'if31337').Both()"),
            ("past, all nodes, count", $"G.At({then}).V().Count()"),
        ])
        {
            var first = await AskAsync(http, query);
            var times = new List<double>();
            var total = Stopwatch.StartNew();
            while (times.Count < 5 || total.Elapsed.TotalSeconds < 2)
            {
                times.Add((await AskAsync(http, query)).Milliseconds);
            }

            times.Sort();
            Console.WriteLine($"{name,-24} {times[times.Count / 2],12:0.000} {times[0],12:0.000} {first.Text.Length,10}");
        }

        await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, CancellationToken.None);
        await closed;
    }

    private static async Task<(string Text, double Milliseconds)> AskAsync(HttpClient http, string query)
    {
        long begin = Stopwatch.GetTimestamp();
        using var response = await http.PostAsJsonAsync(
            new Uri("/api/topology", UriKind.Relative), new TopologyQuery { GremlinQuery = query }, ContractsJsonContext.Default.TopologyQuery);
        string text = await response.Content.ReadAsStringAsync();
        double milliseconds = Stopwatch.GetElapsedTime(begin).TotalMilliseconds;
        return response.IsSuccessStatusCode ? (text.Trim(), milliseconds) : throw new InvalidOperationException($"{query}: {text}");
    }
}
