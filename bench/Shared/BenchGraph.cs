using Skydive.Contracts.Metadata;
using Skydive.Graph;

namespace Skydive.Bench;

/// <summary>
/// The graph that the figures are about: 100,000 nodes and 300,000 edges with ends at random, of which 11,200 nodes are veths that are down.
/// Types, states and metadata are spread as on hosts with many containers. The same for every run.
/// </summary>
internal static class BenchGraph
{
    public const int Nodes = 100_000;
    public const int Edges = 300_000;

    /// <summary>How many nodes have type veth and state DOWN.</summary>
    public const int Hits = 11_200;

    private static readonly (string Type, int Count)[] s_types =
    [
        ("veth", 56_000), ("bridge", 10_000), ("netns", 14_000), ("container", 14_000), ("device", 5_000), ("host", 1_000),
    ];

    public static LiveGraph Build()
    {
        var random = new Random(1);
        string[] types = [.. s_types.SelectMany(static entry => Enumerable.Repeat(entry.Type, entry.Count))];
        random.Shuffle(types);
        int veths = 0;
        var graph = new LiveGraph("bench", "agent.bench");

        // As an agent would send it: in messages of a few thousand elements.
        for (int start = 0; start < Nodes; start += 5_000)
        {
            graph.Write(t =>
            {
                for (int i = start; i < start + 5_000; i++)
                {
                    bool isDown = types[i] == "veth" && veths++ % 5 == 0;
                    t.AddNode(Identifiers.Derive("node", i.ToString("D", null)), MetadataMap.Create(
                        ("Name", $"if{i}"),
                        ("Type", types[i]),
                        ("TID", Identifiers.Derive("tid", i.ToString("D", null))),
                        ("State", isDown ? "DOWN" : "UP"),
                        ("MTU", 1500),
                        ("IfIndex", i % 4096),
                        ("MAC", $"02:00:{(i >> 24) & 255:x2}:{(i >> 16) & 255:x2}:{(i >> 8) & 255:x2}:{i & 255:x2}"),
                        ("Driver", types[i]),
                        (types[i] == "netns" ? "Path" : "BusInfo", $"/var/run/netns/{i}"),
                        ("Metric", MetadataMap.Create(("RxBytes", i), ("TxBytes", i)))));
                }
            });
        }

        for (int start = 0; start < Edges; start += 5_000)
        {
            graph.Write(t =>
            {
                for (int i = start; i < start + 5_000; i++)
                {
                    t.AddEdge(
                        Identifiers.Derive("edge", i.ToString("D", null)),
                        IdOf(random.Next(Nodes)),
                        IdOf(random.Next(Nodes)),
                        MetadataMap.Create(("RelationType", i % 3 == 0 ? "ownership" : "layer2")));
                }
            });
        }

        return graph;
    }

    public static string IdOf(int index) => Identifiers.Derive("node", index.ToString("D", null));

    /// <summary>Writes the graph as lines with tabs: n ID TYPE STATE NAME, then e PARENT CHILD.</summary>
    public static async Task ExportAsync(LiveGraph graph, string path)
    {
        await using var writer = new StreamWriter(path);
        foreach (var node in graph.Current.GetNodes())
        {
            await writer.WriteLineAsync($"n\t{node.Id}\t{node.Type}\t{node.GetText("State")}\t{node.Name}");
        }

        foreach (var edge in graph.Current.GetEdges())
        {
            await writer.WriteLineAsync($"e\t{edge.Parent}\t{edge.Child}");
        }
    }
}
