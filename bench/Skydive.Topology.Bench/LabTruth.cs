using System.Globalization;
using System.Text.Json;
using Skydive.Contracts.Topology;

namespace Skydive.Topology.Bench;

/// <summary>
/// Compares what a graph shows of the lab with what ip(8) says: links, masters, states, IPv4 addresses, and the pairs. IPv6 addresses are left
/// out, since the kernel tells of them a second or two later, when it knows that nobody else has them.
/// </summary>
internal static class LabTruth
{
    /// <summary>What differs.</summary>
    public static IReadOnlyList<string> Compare(SubGraph graph, HubLab lab)
    {
        var nodes = graph.Nodes.ToDictionary(static node => node.Id, StringComparer.Ordinal);
        var owners = graph.Edges.Where(static edge => edge.RelationType == RelationTypes.Ownership).ToDictionary(static edge => edge.Child, static edge => edge.Parent, StringComparer.Ordinal);
        var links = new Dictionary<(string Namespace, string Name), Node>();
        foreach (var node in graph.Nodes)
        {
            if (owners.TryGetValue(node.Id, out string? owner) && nodes[owner] is { Type: "netns" } place && !links.TryAdd((place.Name, node.Name), node))
            {
                return [$"{place.Name}/{node.Name} is there twice"];
            }
        }

        var layer2 = graph.Edges.Where(static edge => edge.RelationType == RelationTypes.Layer2).Select(static edge => (edge.Parent, edge.Child)).ToHashSet();
        var faults = new List<string>();
        int count = 0;
        foreach (string name in lab.Names)
        {
            using var document = JsonDocument.Parse(HubLab.Read($"ip -n {name} -j -d addr"));
            foreach (var link in document.RootElement.EnumerateArray())
            {
                count++;
                string title = link.GetProperty("ifname").GetString()!;
                if (!links.TryGetValue((name, title), out var node))
                {
                    faults.Add($"{name}/{title} is missing");
                    continue;
                }

                string expected = Line(
                    link.GetProperty("ifindex").GetInt32(),
                    link.GetProperty("mtu").GetInt32(),
                    link.GetProperty("address").GetString(),
                    link.GetProperty("operstate").GetString(),
                    link.GetProperty("flags").EnumerateArray().Any(static flag => flag.GetString() == "UP"),
                    string.Join(',', link.GetProperty("addr_info").EnumerateArray().Where(static entry => entry.GetProperty("family").GetString() == "inet")
                        .Select(static entry => $"{entry.GetProperty("local").GetString()}/{entry.GetProperty("prefixlen").GetInt32()}")));
                string actual = Line(
                    Integer(node, "IfIndex"),
                    Integer(node, "MTU"),
                    node.GetText("MAC"),
                    node.GetText("State")!.Replace("-", string.Empty, StringComparison.Ordinal),
                    Texts(node, "LinkFlags").Contains("UP"),
                    string.Join(',', Texts(node, "IPV4")));
                if (expected != actual)
                {
                    faults.Add($"{name}/{title} is {expected} and not {actual}");
                }

                if (link.TryGetProperty("master", out var master) && !layer2.Contains((links[(name, master.GetString()!)].Id, node.Id)))
                {
                    faults.Add($"{name}/{title} has no edge from {master}");
                }

                if (lab.PeerOf(name, title) is { } peer && !(links.TryGetValue(peer, out var end) && (layer2.Contains((end.Id, node.Id)) || layer2.Contains((node.Id, end.Id)))))
                {
                    faults.Add($"{name}/{title} has no edge to its peer");
                }
            }
        }

        int shown = links.Keys.Count(key => lab.Names.Contains(key.Namespace));
        if (shown != count)
        {
            faults.Add($"the graph shows {shown} links of {count}");
        }

        return faults;
    }

    private static string Line(params object?[] words) => string.Join(' ', words.Select(static word => Convert.ToString(word, CultureInfo.InvariantCulture)));

    private static long Integer(Node node, string key) => node.Metadata[key].TryGetInteger(out long value) ? value : -1;

    private static string[] Texts(Node node, string key) => [.. node.Metadata[key].Elements.ToArray().Select(static element => element.AsString!)];
}
