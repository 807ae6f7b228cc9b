using Skydive.Contracts.Topology;
using Spectre.Console;

namespace Skydive.Service.Commands;

/// <summary>Prints a graph as a tree of ownership.</summary>
internal static class TopologyTree
{
    public static void Print(SubGraph graph, IAnsiConsole console)
    {
        var nodes = graph.Nodes.ToDictionary(static node => node.Id, StringComparer.Ordinal);
        var owned = graph.Edges
            .Where(edge => edge.RelationType == RelationTypes.Ownership && nodes.ContainsKey(edge.Parent) && nodes.ContainsKey(edge.Child))
            .ToLookup(static edge => edge.Parent, edge => nodes[edge.Child], StringComparer.Ordinal);
        var children = owned.SelectMany(static group => group).Select(static node => node.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var root in Order(graph.Nodes.Where(node => !children.Contains(node.Id))))
        {
            var tree = new Tree(Describe(root));
            AddChildren(tree, root, owned, []);
            console.Write(tree);
        }
    }

    private static void AddChildren(IHasTreeNodes parent, Node node, ILookup<string, Node> owned, HashSet<string> above)
    {
        // Foreign publishers may own in circles.
        if (!above.Add(node.Id))
        {
            return;
        }

        foreach (var child in Order(owned[node.Id]))
        {
            AddChildren(parent.AddNode(Describe(child)), child, owned, above);
        }

        above.Remove(node.Id);
    }

    private static IEnumerable<Node> Order(IEnumerable<Node> nodes) =>
        nodes.OrderBy(static node => node.Type == "netns").ThenBy(static node => node.Name, StringComparer.Ordinal).ThenBy(static node => node.Id, StringComparer.Ordinal);

    private static Markup Describe(Node node)
    {
        string state = node.GetText("State") ?? string.Empty;
        string addresses = string.Join(' ', node.Metadata["IPV4"].Elements.ToArray().Concat(node.Metadata["IPV6"].Elements.ToArray()).Select(static address => address.ToString()));
        string color = state switch
        {
            "UP" => "green",
            "DOWN" or "LOWER-LAYER-DOWN" => "red",
            _ => "default",
        };
        return new Markup(
            $"[bold]{Markup.Escape(node.Name)}[/] [grey]{Markup.Escape(node.Type)}[/]"
            + (state.Length > 0 ? $" [{color}]{Markup.Escape(state)}[/]" : string.Empty)
            + (addresses.Length > 0 ? " " + Markup.Escape(addresses) : string.Empty)) { Overflow = Overflow.Ellipsis };
    }
}
