using System.Text;
using Skydive.Contracts.Topology;

namespace Skydive.Client.Views;

/// <summary>A graph as a text tree: who owns whom, with name, type, state and addresses of each node.</summary>
public static class TopologyTree
{
    /// <summary>Writes the tree, one line for each node; within an owner by type, then by name.</summary>
    /// <param name="graph">The graph.</param>
    /// <param name="roots">Identifiers of the nodes to begin with; null for those that nobody owns.</param>
    /// <param name="depth">How many levels below the roots to show; null for all.</param>
    public static IEnumerable<string> Render(SubGraph graph, IReadOnlySet<string>? roots = null, int? depth = null)
    {
        var nodes = graph.Nodes.GroupBy(static node => node.Id).ToDictionary(static group => group.Key, static group => group.Last());
        var children = graph.Edges
            .Where(edge => edge.RelationType == RelationTypes.Ownership && edge.Parent != edge.Child && nodes.ContainsKey(edge.Parent) && nodes.ContainsKey(edge.Child))
            .ToLookup(static edge => edge.Parent, edge => nodes[edge.Child]);
        var owned = graph.Edges.Where(edge => edge.RelationType == RelationTypes.Ownership && edge.Parent != edge.Child && nodes.ContainsKey(edge.Parent)).Select(static edge => edge.Child).ToHashSet();
        var layer2 = graph.Edges
            .Where(edge => edge.RelationType == RelationTypes.Layer2 && nodes.ContainsKey(edge.Parent) && nodes.ContainsKey(edge.Child))
            .SelectMany(static edge => new[] { (From: edge.Parent, To: edge.Child), (From: edge.Child, To: edge.Parent) })
            .ToLookup(static pair => pair.From, pair => nodes[pair.To].Name);
        var shown = new HashSet<string>(StringComparer.Ordinal);
        var start = nodes.Values.Where(node => roots?.Contains(node.Id) ?? !owned.Contains(node.Id));
        foreach (var root in Sort(start))
        {
            foreach (string line in Render(root, string.Empty, string.Empty, depth ?? int.MaxValue))
            {
                yield return line;
            }
        }

        IEnumerable<string> Render(Node node, string head, string indent, int levels)
        {
            // Ownership should have no circle; a graph that has one must not hang the reader.
            if (!shown.Add(node.Id))
            {
                yield break;
            }

            yield return head + Describe(node, layer2[node.Id]);
            if (levels == 0)
            {
                yield break;
            }

            var owns = Sort(children[node.Id]).ToList();
            for (int i = 0; i < owns.Count; i++)
            {
                bool last = i == owns.Count - 1;
                foreach (string line in Render(owns[i], indent + (last ? "└─ " : "├─ "), indent + (last ? "   " : "│  "), levels - 1))
                {
                    yield return line;
                }
            }
        }
    }

    private static IEnumerable<Node> Sort(IEnumerable<Node> nodes) =>
        nodes.OrderBy(static node => node.Type, StringComparer.Ordinal).ThenBy(static node => node.Name, StringComparer.Ordinal).ThenBy(static node => node.Id, StringComparer.Ordinal);

    private static string Describe(Node node, IEnumerable<string> neighbors)
    {
        var text = new StringBuilder(node.Name.Length > 0 ? node.Name : node.Id);
        text.Append(" [").Append(node.Type).Append(']');
        if (node.GetText("State") is { Length: > 0 } state)
        {
            text.Append(' ').Append(state);
        }

        foreach (string key in (string[])["IPV4", "IPV6"])
        {
            foreach (var address in node.Metadata[key].Elements)
            {
                text.Append(' ').Append(address.AsString);
            }
        }

        string joined = string.Join(", ", neighbors.Distinct().Order(StringComparer.Ordinal));
        return joined.Length > 0 ? text.Append(" ── ").Append(joined).ToString() : text.ToString();
    }
}
