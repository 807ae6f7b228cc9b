using System.Diagnostics;
using Skydive.Client.Streams;
using Skydive.Contracts.Topology;

namespace Skydive.Topology.Bench;

/// <summary>
/// Links of the hub go down and up: how long after the kernel's event a WebSocket subscriber of the analyzer sees it, whether he sees each, and
/// what an event costs the agent. Agent and analyzer are processes of their own.
/// </summary>
internal static class FlapBenchmark
{
    private const int Links = 50;
    private const long MeasuringBytes = 200 << 20;

    public static async Task<bool> RunAsync(int rounds)
    {
        using var lab = new HubLab();
        lab.Make();
        await using var analyzer = await ServiceProcess.StartAsync("analyzer");
        await using var agent = await ServiceProcess.StartAsync("agent", analyzer.Address);
        await analyzer.UntilNodesAsync(static count => count > HubLab.LinkCount);
        string[] names = [.. Enumerable.Range(1, Links).Select(static i => $"h{i}-1")];
        using var stop = new CancellationTokenSource();
        var seen = new FlapTimes(names);
        var ready = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var follower = Task.Run(async () =>
        {
            await foreach (var topologyEvent in analyzer.Client.WatchTopologyAsync(new TopologyStreamOptions { Capacity = 1 << 16 }, stop.Token))
            {
                long now = Stopwatch.GetTimestamp();
                if (topologyEvent.Kind == TopologyEventKind.Synchronized)
                {
                    ready.TrySetResult();
                }
                else if (topologyEvent.Node is { } node)
                {
                    seen.Add(node.Name, IsUp(node), now);
                }
            }
        });
        await ready.Task;
        using var kernel = new KernelEvents(lab, names);

        // Drivers, neighbours and what is compiled at first use: before the measurement.
        Flap(lab, names, 3);
        await Task.Delay(TimeSpan.FromSeconds(8));
        kernel.Clear();
        seen.Clear();

        // The one who measures is not to stand still while he collects garbage.
        GC.TryStartNoGCRegion(MeasuringBytes);
        double before = agent.ProcessorSeconds;
        double analyzerBefore = analyzer.ProcessorSeconds;
        var watch = Stopwatch.StartNew();
        Flap(lab, names, rounds);
        double seconds = watch.Elapsed.TotalSeconds;
        await Task.Delay(TimeSpan.FromSeconds(2));
        GC.EndNoGCRegion();
        double used = agent.ProcessorSeconds - before;
        double analyzerUsed = analyzer.ProcessorSeconds - analyzerBefore;
        var truth = LabTruth.Read(lab);
        var faults = truth.Compare(await analyzer.Client.GetTopologyAsync(CancellationToken.None), LabTruth.Read(lab));
        await stop.CancelAsync();
        await follower.ContinueWith(static _ => { }, TaskScheduler.Default);

        var (delays, missing) = kernel.Times.DelaysTo(seen);
        delays.Sort();
        Console.WriteLine($"{2 * Links * rounds} changes in {seconds:F2} s; the kernel told of {kernel.Times.Count} of them, in {kernel.Count} events in all namespaces");
        Console.WriteLine($"from event to subscriber: median {At(delays, 0.5):F1} ms, 99th percentile {At(delays, 0.99):F1} ms, longest {delays[^1]:F1} ms; {missing} not seen");
        Console.WriteLine($"agent: {used:F2} s of CPU, {used * 1e6 / kernel.Count:F1} microseconds for each event; analyzer: {analyzerUsed:F2} s, {analyzerUsed * 1e6 / kernel.Count:F1} microseconds");
        Console.WriteLine(faults.Count == 0 ? "the graph is right in the end" : $"the graph is wrong in {faults.Count} ways, such as {faults[0]}");
        return missing == 0 && faults.Count == 0;
    }

    private static void Flap(HubLab lab, string[] names, int rounds)
    {
        var batch = new System.Text.StringBuilder();
        for (int round = 0; round < rounds; round++)
        {
            foreach (string state in new[] { "down", "up" })
            {
                foreach (string name in names)
                {
                    batch.Append("link set ").Append(name).Append(' ').AppendLine(state);
                }
            }
        }

        HubLab.Shell($"ip -n {lab.Names[0]} -batch -", batch.ToString());
    }

    private static bool IsUp(Node node)
    {
        foreach (var flag in node.Metadata["LinkFlags"].Elements)
        {
            if (flag.AsString == "UP")
            {
                return true;
            }
        }

        return false;
    }

    private static double At(List<double> sorted, double share) => sorted[Math.Min(sorted.Count - 1, (int)(sorted.Count * share))];
}
