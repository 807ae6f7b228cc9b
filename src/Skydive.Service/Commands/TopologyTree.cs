using Skydive.Contracts.Topology;

namespace Skydive.Service.Commands;

/// <summary>Prints a graph as a tree of ownership.</summary>
internal static class TopologyTree
{
    public static void Print(SubGraph graph, TextWriter output)
    {
        var nodes = graph.Nodes.ToDictionary(static node => node.Id, StringComparer.Ordinal);
        var owned = graph.Edges
            .Where(edge => edge.RelationType == RelationTypes.Ownership && nodes.ContainsKey(edge.Parent) && nodes.ContainsKey(edge.Child))
            .ToLookup(static edge => edge.Parent, edge => nodes[edge.Child], StringComparer.Ordinal);
        var children = owned.SelectMany(static group => group).Select(static node => node.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var root in Order(graph.Nodes.Where(node => !children.Contains(node.Id))))
        {
            output.WriteLine(Describe(root));
            PrintChildren(root, string.Empty, owned, output, []);
        }
    }

    private static void PrintChildren(Node node, string indent, ILookup<string, Node> owned, TextWriter output, HashSet<string> above)
    {
        // Foreign publishers may own in circles.
        if (!above.Add(node.Id))
        {
            return;
        }

        var children = Order(owned[node.Id]).ToArray();
        for (int i = 0; i < children.Length; i++)
        {
            bool isLast = i == children.Length - 1;
            output.WriteLine($"{indent}{(isLast ? "└─ " : "├─ ")}{Describe(children[i])}");
            PrintChildren(children[i], indent + (isLast ? "   " : "│  "), owned, output, above);
        }

        above.Remove(node.Id);
    }

    private static IEnumerable<Node> Order(IEnumerable<Node> nodes) =>
        nodes.OrderBy(static node => node.Type == "netns").ThenBy(static node => node.Name, StringComparer.Ordinal).ThenBy(static node => node.Id, StringComparer.Ordinal);

    private static string Describe(Node node)
    {
        var addresses = node.Metadata["IPV4"].Elements.ToArray().Concat(node.Metadata["IPV6"].Elements.ToArray()).Select(static address => address.ToString());
        return string.Join(' ', new[] { node.Name, $"[{node.Type}]", node.GetText("State") ?? string.Empty, string.Join(' ', addresses) }
            .Where(static part => part.Length > 0));
    }
}
