using System.Globalization;
using System.Text.Json;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Agent.Tests.Support;

/// <summary>What <c>ip -j</c> says of a network, and what the graph shows of it, line by line in the same words.</summary>
internal static class IpTruth
{
    /// <summary>Waits until a graph shows what the kernel has: the kernel itself takes a moment to settle.</summary>
    /// <param name="network">The network.</param>
    /// <param name="namespaces">Its namespaces.</param>
    /// <param name="graph">Shows them.</param>
    public static async Task AssertSameAsync(TestNetwork network, IReadOnlyList<string> namespaces, LiveGraph graph)
    {
        string[] expected = [];
        string[] actual = [];
        long deadline = Environment.TickCount64 + (long)Tools.Patience.TotalMilliseconds;
        do
        {
            expected = [.. namespaces.SelectMany(name => Ask(network, name)).Order(StringComparer.Ordinal)];
            actual = [.. namespaces.SelectMany(name => Show(graph.Current, name)).Order(StringComparer.Ordinal)];
            if (expected.SequenceEqual(actual))
            {
                return;
            }

            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
        while (Environment.TickCount64 < deadline);
        Assert.Fail("the graph is not true:\n"
            + string.Join('\n', expected.Except(actual).Take(10).Select(static line => "ip says " + line)) + "\n"
            + string.Join('\n', actual.Except(expected).Take(10).Select(static line => "the graph shows " + line)));
    }

    private static IEnumerable<string> Ask(TestNetwork network, string name)
    {
        foreach (var link in Run(network, name, "-d addr"))
        {
            string device = link.GetProperty("ifname").GetString()!;
            string kind = link.TryGetProperty("linkinfo", out var info) && info.TryGetProperty("info_kind", out var text) ? text.GetString()! : "device";
            string master = link.TryGetProperty("master", out var masterName) ? masterName.GetString()! : string.Empty;
            bool isUp = link.GetProperty("flags").EnumerateArray().Any(static flag => flag.GetString() == "UP");
            string mac = link.TryGetProperty("address", out var address) ? address.GetString()! : string.Empty;
            yield return Line(name, "link", device, link.GetProperty("ifindex").GetInt32(), kind, mac, link.GetProperty("mtu").GetInt32(), master, link.GetProperty("operstate").GetString()!, isUp);
            foreach (var entry in link.GetProperty("addr_info").EnumerateArray())
            {
                yield return Line(name, "address", device, $"{entry.GetProperty("local").GetString()}/{entry.GetProperty("prefixlen").GetInt32()}");
            }
        }

        foreach (var (family, any, host) in new[] { ("-4", "0.0.0.0/0", "/32"), ("-6", "::/0", "/128") })
        {
            foreach (var route in Run(network, name, $"{family} -N route show table all"))
            {
                string destination = route.GetProperty("dst").GetString()!;
                destination = destination == "default" ? any : destination.Contains('/', StringComparison.Ordinal) ? destination : destination + host;
                yield return Line(name, "route", route.GetProperty("dev").GetString()!, route.TryGetProperty("table", out var table) ? table.GetString()! : "254", destination);
            }
        }

        foreach (var neighbour in Run(network, name, "neigh show nud permanent"))
        {
            yield return Line(name, "neighbour", neighbour.GetProperty("dev").GetString()!, neighbour.GetProperty("dst").GetString()!, neighbour.GetProperty("lladdr").GetString()!);
        }
    }

    private static IEnumerable<string> Show(GraphSnapshot graph, string name)
    {
        var owner = name == "host" ? graph.GetNodes().Single(static node => node.Type == "host") : graph.FindNamespace(name)!;
        var links = graph.GetNodes().Where(node => graph.GetOwner(node)?.Id == owner.Id && node.Type is not "netns").ToArray();
        var names = links.ToDictionary(static link => link.Integer("IfIndex")!.Value, static link => link.Name!);
        foreach (var link in links)
        {
            string master = link.Integer("MasterIndex") is { } index ? names[index] : string.Empty;
            string state = link.GetText("State")!.Replace("-", string.Empty, StringComparison.Ordinal);
            var masterNode = graph.GetEdges(link, EdgeDirection.In).Where(static edge => edge.RelationType == RelationTypes.Layer2 && edge.GetText("Type") is null)
                .Select(edge => graph.FindNode(edge.Parent)!.Name).SingleOrDefault();
            Assert.Equal(master, masterNode ?? string.Empty);
            yield return Line(name, "link", link.Name!, link.Integer("IfIndex")!, link.Type!, link.GetText("MAC") ?? string.Empty, link.Integer("MTU")!, master, state, link.Texts("LinkFlags").Contains("UP"));
            foreach (string address in link.Texts("IPV4").Concat(link.Texts("IPV6")))
            {
                yield return Line(name, "address", link.Name!, address);
            }

            foreach (var table in Maps(link.Metadata["RoutingTables"]))
            {
                table["ID"].TryGetInteger(out long id);
                foreach (var route in Maps(table["Routes"]))
                {
                    foreach (var _ in Maps(route["NextHops"]))
                    {
                        yield return Line(name, "route", link.Name!, id, route["Prefix"].AsString!);
                    }
                }
            }

            foreach (var entry in Maps(link.Metadata["Neighbors"]))
            {
                if (entry["State"].Elements.ToArray().Any(static state => state.AsString == "NUD_PERMANENT"))
                {
                    yield return Line(name, "neighbour", link.Name!, entry["IP"].AsString!, entry["MAC"].AsString!);
                }
            }
        }
    }

    private static MetadataMap[] Maps(MetadataValue list) => [.. list.Elements.ToArray().Select(static element => element.AsMap!)];

    private static string Line(params object[] words) => string.Join(' ', words.Select(static word => Convert.ToString(word, CultureInfo.InvariantCulture)));

    private static JsonElement[] Run(TestNetwork network, string name, string arguments)
    {
        string real = Path.GetFileName(network.RealPath(name));
        var (code, output) = Tools.TryRun("ip", $"-n {real} -j {arguments}");
        Assert.True(code == 0, $"ip {arguments}: {output}");
        return output.Trim().Length == 0 ? [] : [.. JsonDocument.Parse(output).RootElement.EnumerateArray().Where(static element => element.EnumerateObject().Any())];
    }
}
