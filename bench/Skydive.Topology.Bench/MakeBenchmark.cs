using System.Diagnostics;

namespace Skydive.Topology.Bench;

/// <summary>All links made while the service runs: whether its graph is right a second after the last of them, and what that cost.</summary>
internal static class MakeBenchmark
{
    public static async Task<bool> RunAsync(int rounds)
    {
        await using var service = await ServiceProcess.StartAsync("allinone");
        int right = 0;
        var processor = new List<double>();
        for (int round = 1; round <= rounds; round++)
        {
            double before = service.ProcessorSeconds;
            using var lab = new HubLab();
            var watch = Stopwatch.StartNew();
            lab.Make();
            double making = watch.Elapsed.TotalSeconds;
            var made = Stopwatch.StartNew();
            var second = Task.Delay(TimeSpan.FromSeconds(1));
            var truth = LabTruth.Read(lab);
            await second;
            double used = service.ProcessorSeconds - before;
            double later = made.Elapsed.TotalSeconds;
            var faults = truth.Compare(await service.Client.GetTopologyAsync(CancellationToken.None), LabTruth.Read(lab));
            right += faults.Count == 0 ? 1 : 0;
            processor.Add(used);
            Console.WriteLine($"round {round}: made in {making:F2} s; {later:F1} s later the graph is {(faults.Count == 0 ? "right" : $"wrong in {faults.Count} ways, such as {faults[0]}")}; {used:F2} s of CPU; {service.ResidentMebibytes:F0} MiB resident");
            lab.Dispose();
            await service.UntilNodesAsync(static count => count < 100);
        }

        var status = await service.Client.GetStatusAsync(CancellationToken.None);
        Console.WriteLine($"right {right} times out of {rounds}; CPU median {processor.Order().ElementAt(rounds / 2):F2} s, first {processor[0]:F2} s, most {processor.Max():F2} s; {status.Probes["netlink"].Resynchronizations} resynchronisations");
        return right == rounds;
    }
}
