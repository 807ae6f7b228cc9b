using System.Globalization;
using System.Text.Json;
using Skydive.Contracts.Topology;

namespace Skydive.Topology.Bench;

/// <summary>
/// What ip(8) says of the lab: links, masters, states, IPv4 addresses. IPv6 addresses are left out, since the kernel tells of them a second or two later, when it
/// knows that nobody else has them.
/// </summary>
internal sealed class LabTruth
{
    private readonly HubLab _lab;
    private readonly Dictionary<(string Namespace, string Name), LabLink> _links;

    private LabTruth(HubLab lab, Dictionary<(string Namespace, string Name), LabLink> links)
    {
        _lab = lab;
        _links = links;
    }

    /// <summary>Asks ip.</summary>
    public static LabTruth Read(HubLab lab)
    {
        var links = new Dictionary<(string Namespace, string Name), LabLink>();
        foreach (string place in lab.Names)
        {
            using var document = JsonDocument.Parse(HubLab.Read($"ip -n {place} -j -d addr"));
            foreach (var link in document.RootElement.EnumerateArray())
            {
                string name = link.GetProperty("ifname").GetString()!;
                string values = Line(
                    link.GetProperty("ifindex").GetInt32(),
                    link.GetProperty("mtu").GetInt32(),
                    link.GetProperty("address").GetString(),
                    link.GetProperty("operstate").GetString(),
                    link.GetProperty("flags").EnumerateArray().Any(static flag => flag.GetString() == "UP"),
                    string.Join(',', link.GetProperty("addr_info").EnumerateArray().Where(static entry => entry.GetProperty("family").GetString() == "inet")
                        .Select(static entry => $"{entry.GetProperty("local").GetString()}/{entry.GetProperty("prefixlen").GetInt32()}")));
                links.Add((place, name), new(place, name, link.TryGetProperty("master", out var master) ? master.GetString() : null, values));
            }
        }

        return new(lab, links);
    }

    /// <summary>
    /// What differs in a graph. Which state a bridge is in the kernel itself changes up to a second after the last command: what was true just before or just after
    /// the graph was read is right.
    /// </summary>
    /// <param name="graph">The graph.</param>
    /// <param name="after">What ip said after the graph was read; this is what it said before.</param>
    public IReadOnlyList<string> Compare(SubGraph graph, LabTruth after)
    {
        var nodes = graph.Nodes.ToDictionary(static node => node.Id, StringComparer.Ordinal);
        var owners = graph.Edges.Where(static edge => edge.RelationType == RelationTypes.Ownership).ToDictionary(static edge => edge.Child, static edge => edge.Parent, StringComparer.Ordinal);
        var shown = new Dictionary<(string Namespace, string Name), Node>();
        foreach (var node in graph.Nodes)
        {
            if (owners.TryGetValue(node.Id, out string? owner) && nodes[owner] is { Type: "netns" } place && !shown.TryAdd((place.Name, node.Name), node))
            {
                return [$"{place.Name}/{node.Name} is there twice"];
            }
        }

        var layer2 = graph.Edges.Where(static edge => edge.RelationType == RelationTypes.Layer2).Select(static edge => (edge.Parent, edge.Child)).ToHashSet();
        var faults = new List<string>();
        foreach (var (key, link) in after._links)
        {
            string title = $"{link.Namespace}/{link.Name}";
            if (!shown.TryGetValue(key, out var node))
            {
                faults.Add($"{title} is missing");
                continue;
            }

            string actual = Line(
                Integer(node, "IfIndex"),
                Integer(node, "MTU"),
                node.GetText("MAC"),
                node.GetText("State")!.Replace("-", string.Empty, StringComparison.Ordinal),
                Texts(node, "LinkFlags").Contains("UP"),
                string.Join(',', Texts(node, "IPV4")));
            if (actual != link.Values && actual != _links.GetValueOrDefault(key)?.Values)
            {
                faults.Add($"{title} is {link.Values} and not {actual}");
            }

            if (link.Master is { } master && !layer2.Contains((shown[(link.Namespace, master)].Id, node.Id)))
            {
                faults.Add($"{title} has no edge from {master}");
            }

            if (_lab.PeerOf(link.Namespace, link.Name) is { } peer && !(shown.TryGetValue(peer, out var end) && (layer2.Contains((end.Id, node.Id)) || layer2.Contains((node.Id, end.Id)))))
            {
                faults.Add($"{title} has no edge to its peer");
            }
        }

        int count = shown.Keys.Count(key => _lab.Names.Contains(key.Namespace));
        if (count != after._links.Count)
        {
            faults.Add($"the graph shows {count} links of {after._links.Count}");
        }

        return faults;
    }

    private static string Line(params object?[] words) => string.Join(' ', words.Select(static word => Convert.ToString(word, CultureInfo.InvariantCulture)));

    private static long Integer(Node node, string key) => node.Metadata[key].TryGetInteger(out long value) ? value : -1;

    private static string[] Texts(Node node, string key) => [.. node.Metadata[key].Elements.ToArray().Select(static element => element.AsString!)];
}
