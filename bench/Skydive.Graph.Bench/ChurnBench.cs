using System.Diagnostics;
using Skydive.Bench;
using Skydive.Gremlin;
using Skydive.Graph.Views;
using Skydive.Analyzer.Queries;

namespace Skydive.Graph.Bench;

/// <summary>One writer at a steady rate on the large graph, and queries as fast as one thread asks them: what each costs the other.</summary>
internal static class ChurnBench
{
    private const string Query = "G.V().Has('Type', 'bridge').Both().Has('Type', 'veth').Count()";

    public static async Task RunAsync(int perSecond, TimeSpan duration)
    {
        var graph = BenchGraph.Build();
        long collected = GC.GetTotalMemory(forceFullCollection: true);
        Console.WriteLine($"{BenchGraph.Nodes} nodes, {BenchGraph.Edges} edges: {collected / 1048576.0:0} MiB managed, {Environment.WorkingSet / 1048576.0:0} MiB resident");
        using var ended = new CancellationTokenSource();
        var queries = Task.Run(() => AskAsync(graph, ended.Token));
        var cost = new Cost();
        var (updates, lag) = await Task.Run(() => Write(graph, perSecond, duration));
        double seconds = cost.Print($"{perSecond} updates/s asked for");
        await ended.CancelAsync();
        var times = await queries;
        times.Sort();
        Console.WriteLine(
            $"written {updates / seconds:0}/s, at most {lag.TotalMilliseconds:0.0} ms late; {times.Count / seconds:0} queries/s, median {times[times.Count / 2]:0.00} ms, "
            + $"99 % {times[times.Count * 99 / 100]:0.00} ms, slowest {times[^1]:0.00} ms");
        Console.WriteLine($"memory: {GC.GetTotalMemory(forceFullCollection: true) / 1048576.0:0} MiB managed, {Environment.WorkingSet / 1048576.0:0} MiB resident");
    }

    /// <summary>Each update is a transaction of its own, as an event of the kernel is. Late is how long after its time one was written.</summary>
    private static (long Updates, TimeSpan Lag) Write(LiveGraph graph, int perSecond, TimeSpan duration)
    {
        long start = Stopwatch.GetTimestamp();
        var lag = TimeSpan.Zero;
        long updates = 0;
        for (TimeSpan elapsed; (elapsed = Stopwatch.GetElapsedTime(start)) < duration;)
        {
            long due = (long)(elapsed.TotalSeconds * perSecond);
            if (updates < due)
            {
                var late = elapsed - TimeSpan.FromSeconds((double)updates / perSecond);
                lag = late > lag ? late : lag;
            }

            for (; updates < due; updates++)
            {
                string id = BenchGraph.IdOf((int)(updates * 7919 % BenchGraph.Nodes));
                graph.Write(transaction =>
                {
                    var node = transaction.FindNode(id)!;
                    transaction.Set(node, "State", node.GetText("State") == "UP" ? "DOWN" : "UP");
                });
            }

            Thread.Sleep(1);
        }

        return (updates, lag);
    }

    private static async Task<List<double>> AskAsync(LiveGraph graph, CancellationToken cancellationToken)
    {
        var source = new LiveQuerySource(graph, flows: null);
        var times = new List<double>();
        while (!cancellationToken.IsCancellationRequested)
        {
            long start = Stopwatch.GetTimestamp();
            var result = await GremlinEngine.ExecuteAsync(Query, source, options: null, CancellationToken.None);
            _ = result.Value;
            times.Add(Stopwatch.GetElapsedTime(start).TotalMilliseconds);
        }

        return times;
    }
}
