namespace Skydive.Topology.Bench;

/// <summary>What the service, and an agent alone, use while nothing happens but counters that are read every 30 seconds.</summary>
internal static class IdleBenchmark
{
    public static async Task RunAsync(TimeSpan time)
    {
        using var lab = new HubLab();
        lab.Make();
        foreach (string role in new[] { "allinone", "agent" })
        {
            await using var service = await ServiceProcess.StartAsync(role);
            await Task.Delay(TimeSpan.FromSeconds(10));
            double before = service.ProcessorSeconds;
            await Task.Delay(time);
            double used = service.ProcessorSeconds - before;
            Console.WriteLine($"{role}: {used:F2} s of CPU in {time.TotalSeconds:F0} s, {100 * used / time.TotalSeconds:F2} % of a core; {service.ResidentMebibytes:F0} MiB resident");
        }
    }
}
