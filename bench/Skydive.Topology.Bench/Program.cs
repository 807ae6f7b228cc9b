using System.Globalization;
using Skydive.Topology.Bench;

// Each command makes a hub namespace joined to 200 others by five veth pairs each, every one of them with a bridge (201 namespaces, 2401
// links), and removes them again. Needs root and ip(8).
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (!Environment.IsPrivilegedProcess)
{
    Console.Error.WriteLine("needs root: network namespaces are made");
    return 1;
}

int? rounds = args.Length > 1 ? int.Parse(args[1]) : null;
switch (args.FirstOrDefault() ?? "start")
{
    case "start":
        await StartBenchmark.RunAsync(rounds ?? 9);
        return 0;
    case "make":
        return await MakeBenchmark.RunAsync(rounds ?? 10) ? 0 : 1;
    case "flap":
        return await FlapBenchmark.RunAsync(rounds ?? 20) ? 0 : 1;
    case "idle":
        await IdleBenchmark.RunAsync(TimeSpan.FromSeconds(rounds ?? 120));
        return 0;
    default:
        Console.Error.WriteLine("""
            usage: start [ROUNDS=9]    an agent's start until all is in its graph, beside ip reading the links alone
                   make [ROUNDS=10]    the same links made while the service runs: right within a second, and what it cost
                   flap [ROUNDS=20]    50 links down and up so many times: from the kernel's event to a subscriber
                   idle [SECONDS=120]  what the service and an agent use when nothing happens
            """);
        return 2;
}
