using System.Diagnostics;
using System.Globalization;
using Skydive.Topology.Bench;

// Usage: [NAMESPACES=200] [PAIRS=5] [ROUNDS=7]
// Makes a hub namespace joined to NAMESPACES others by PAIRS veth pairs each, every one of them with a bridge, and times how long an agent
// takes from start until all of it is in its graph, beside ip(8) reading the links alone. Removes the namespaces again.
int namespaces = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 200;
int pairs = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 5;
int rounds = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 7;
if (!Environment.IsPrivilegedProcess)
{
    Console.Error.WriteLine("needs root: network namespaces are made");
    return 1;
}

using var lab = new HubLab(namespaces, pairs);
Console.WriteLine($"{namespaces + 1} namespaces, {(namespaces * ((2 * pairs) + 2)) + 1} links made");
var times = new List<double>();
for (int round = 0; round <= rounds; round++)
{
    var (milliseconds, cpu, nodes, edges, allocated) = await AgentRound.RunAsync();
    Console.WriteLine($"{(round == 0 ? "cold" : "warm")}: {nodes} nodes, {edges} edges in the graph after {milliseconds:F1} ms, {cpu:F1} ms of CPU, {allocated / 1024} KiB allocated");
    if (round > 0)
    {
        times.Add(milliseconds);
    }
}

var peer = new List<double>();
for (int round = 0; round < rounds; round++)
{
    var watch = Stopwatch.StartNew();
    HubLab.Shell("ip -all netns exec ip -j -d link >/dev/null");
    peer.Add(watch.Elapsed.TotalMilliseconds);
}

double ours = Median(times), theirs = Median(peer);
Console.WriteLine($"median: {ours:F1} ms for links, addresses, edges and identifiers; ip -all netns exec ip -j -d link beside it {theirs:F1} ms; ratio {ours / theirs:F2}");
return 0;

static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
