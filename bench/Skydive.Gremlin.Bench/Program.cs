using System.Diagnostics;
using System.Globalization;
using Skydive.Bench;
using Skydive.Gremlin;
using Skydive.Gremlin.Bench;

// Times Gremlin from text to results on the graph of BenchGraph. Prints milliseconds: the median of many runs, after warming up.
// export FILE writes the graph for bench/peers/graph_peers.py; rest asks a service process over HTTP.
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
if (args is ["rest"])
{
    await RestBench.RunAsync();
    return;
}

long before = GC.GetTotalMemory(forceFullCollection: true);
var watch = Stopwatch.StartNew();
var graph = BenchGraph.Build();
Console.WriteLine($"load: {watch.Elapsed.TotalSeconds:0.00} s for {graph.Current.NodeCount} nodes, {graph.Current.EdgeCount} edges");
Console.WriteLine($"memory: {(GC.GetTotalMemory(forceFullCollection: true) - before) / 1048576.0:0.0} MiB managed, {Environment.WorkingSet / 1048576.0:0} MiB resident");
if (args is ["export", var file])
{
    await BenchGraph.ExportAsync(graph, file);
    return;
}

var source = new BenchSource(graph.Current);
string start = BenchGraph.IdOf(4711);
(string Name, string Query)[] queries =
[
    ("filter", "G.V().Has('Type', 'veth', 'State', 'DOWN')"),
    ("two hops", $"G.V('{start}').Out().Out()"),
    ("path", $"G.V('{start}').ShortestPathTo(Metadata('Name', 'if31337'))"),
    ("bridge–veth count", "G.V().Has('Type', 'bridge').Both().Has('Type', 'veth').Count()"),
    ("all nodes, count", "G.V().Count()"),
    ("by name", "G.V().Has('Name', 'if31337')"),
    ("by type, count", "G.V().Has('Type', 'veth').Count()"),
    ("regex over all", "G.V().Has('Name', Regex('if3133.'))"),
    ("all names", "G.V().Values('Name')"),
    ("sort, ten", "G.V().Has('Type', 'host').Sort(DESC, 'Name').Limit(10)"),
    ("dedup of types", "G.V().Dedup('Type')"),
    ("sub-graph of 1,000", "G.V().Has('Type', 'host').SubGraph()"),
    ("down's neighbours", "G.V().Has('Type', 'veth', 'State', 'DOWN').Out('Type', 'bridge').Dedup().Count()"),
];
string? only = args.Length > 0 ? args[0] : null;
int seconds = args.Length > 1 ? int.Parse(args[1]) : 1;
Console.WriteLine($"{"query",-22} {"median ms",12} {"least ms",12} {"KiB",10} {"hits",9}");
foreach (var (name, query) in queries)
{
    if (only is null || name.Contains(only, StringComparison.Ordinal))
    {
        Measure(name, query);
    }
}

void Measure(string name, string query)
{
    long hits = Run(query);
    var warm = Stopwatch.StartNew();
    while (warm.Elapsed.TotalSeconds < 0.7)
    {
        Run(query);
    }

    var times = new List<double>();
    long allocated = GC.GetAllocatedBytesForCurrentThread();
    var total = Stopwatch.StartNew();
    while (total.Elapsed.TotalSeconds < seconds || times.Count < 5)
    {
        long begin = Stopwatch.GetTimestamp();
        Run(query);
        times.Add(Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
    }

    double bytes = (GC.GetAllocatedBytesForCurrentThread() - allocated) / (double)times.Count;
    times.Sort();
    Console.WriteLine($"{name,-22} {times[times.Count / 2],12:0.0000} {times[0],12:0.0000} {bytes / 1024,10:0.0} {hits,9}");
}

long Run(string query)
{
    // Nothing in this graph waits, so the task is complete.
    var result = GremlinEngine.ExecuteAsync(query, source, null, CancellationToken.None).GetAwaiter().GetResult();
    long count = 0;
    switch (result.Kind)
    {
        case GremlinKind.Nodes:
            foreach (var node in result.Nodes)
            {
                count += node is null ? 0 : 1;
            }

            break;
        case GremlinKind.Paths:
            foreach (var path in result.Paths)
            {
                count += path.Count;
            }

            break;
        case GremlinKind.Values:
            foreach (var value in result.Values)
            {
                count += value.IsNull ? 0 : 1;
            }

            break;
        case GremlinKind.Graph:
            count = result.Nodes.Count() + result.Edges.Count();
            break;
        default:
            result.Value.TryGetInteger(out count);
            break;
    }

    return count;
}
