using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Agent.Tests.Support;

/// <summary>What a graph shows of interfaces, in a form in which two graphs of the same network are equal.</summary>
internal static class GraphTruth
{
    /// <summary>
    /// All interfaces with their metadata, and the edges between them, by names of namespaces and interfaces. Left out is what moves by itself:
    /// counters, the state of resolution of neighbours, and multicast addresses that interfaces listen to, of which the kernel does not tell.
    /// </summary>
    public static IReadOnlyList<string> Describe(GraphSnapshot graph)
    {
        var titles = graph.GetNodes().ToDictionary(static node => node.Id, node => Title(graph, node), StringComparer.Ordinal);
        return
        [
            .. graph.GetNodes().Select(node => $"{titles[node.Id]} {Settled(node.Metadata)}").Order(StringComparer.Ordinal),
            .. graph.GetEdges().Select(edge => $"{titles[edge.Parent]} -> {titles[edge.Child]} {edge.Metadata}").Order(StringComparer.Ordinal),
        ];
    }

    /// <summary>Waits until a graph shows the same as another that has just been read from the kernel.</summary>
    public static async Task AssertTrueAsync(TestNetwork network, TestProbes probes)
    {
        // The kernel brings itself into order for a while: carrier, duplicate address detection. So both are looked at until they agree.
        IReadOnlyList<string> expected = [], actual = [];
        for (int round = 0; round < 20; round++)
        {
            using (var fresh = await TestProbes.StartAsync(network))
            {
                expected = Describe(fresh.Graph.Current);
            }

            await Task.Delay(100 + (round * 50), TestContext.Current.CancellationToken);
            actual = Describe(probes.Graph.Current);
            if (expected.SequenceEqual(actual))
            {
                return;
            }
        }

        Assert.Fail("the graph is not true:\n"
            + string.Join('\n', expected.Except(actual).Take(5).Select(static line => "the kernel has " + line)) + "\n"
            + string.Join('\n', actual.Except(expected).Take(5).Select(static line => "the graph shows " + line)));
    }

    private static string Title(GraphSnapshot graph, Node node) => $"{graph.GetOwner(node)?.Name}/{node.Name}";

    private static MetadataMap Settled(MetadataMap metadata)
    {
        metadata = metadata.Without("Metric").Without("LastUpdateMetric");
        foreach (string key in new[] { "Neighbors", "FDB" })
        {
            if (metadata.ContainsKey(key))
            {
                // Entries of nothing but an address that nobody answers for come and go.
                var entries = metadata[key].Elements.ToArray().Select(static entry => entry.AsMap!)
                    .Where(static entry => entry["MAC"].AsString is { } mac && !mac.StartsWith("33:33", StringComparison.Ordinal) && !mac.StartsWith("01:", StringComparison.Ordinal))
                    .Select(static entry => (MetadataValue)entry.Without("State"))
                    .ToArray();
                metadata = entries.Length == 0 ? metadata.Without(key) : metadata.With(key, MetadataValue.List(entries.AsSpan()));
            }
        }

        return metadata;
    }
}
