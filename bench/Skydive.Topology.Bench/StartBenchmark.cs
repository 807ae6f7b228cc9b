using System.Diagnostics;

namespace Skydive.Topology.Bench;

/// <summary>How long an agent takes from start until links, addresses, routes and neighbours of all namespaces are in its graph.</summary>
internal static class StartBenchmark
{
    public static async Task RunAsync(int rounds)
    {
        using var lab = new HubLab();
        lab.Make();
        var wall = new List<double>();
        var processor = new List<double>();
        var peer = new List<double>();
        var ratios = new List<double>();

        // The first rounds are compiled on the way.
        for (int round = -5; round < rounds; round++)
        {
            var (milliseconds, cpu, nodes, edges, allocated) = await AgentRound.RunAsync();
            Console.WriteLine($"{(round < 0 ? "warming" : "measured")}: {nodes} nodes, {edges} edges in the graph after {milliseconds:F1} ms, {cpu:F1} ms of CPU, {allocated / 1024} KiB allocated");
            if (round >= 0)
            {
                var watch = Stopwatch.StartNew();
                HubLab.Shell("ip -all netns exec ip -j -d link >/dev/null");
                wall.Add(milliseconds);
                processor.Add(cpu);
                peer.Add(watch.Elapsed.TotalMilliseconds);
                ratios.Add(milliseconds / peer[^1]);
            }
        }

        Console.WriteLine($"median of {rounds}: {Median(wall):F1} ms, {Median(processor):F1} ms of CPU; ip -all netns exec ip -j -d link beside each {Median(peer):F1} ms; ratio {Median(ratios):F2}, best round {wall.Min():F1} ms");
    }

    private static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
}
