namespace Skydive;

/// <summary>Nodes in a row, each joined to the next.</summary>
public sealed class Path
{
    internal Path(Node[] nodes)
    {
        Nodes = nodes;
        Edges = [];
    }

    internal Path(Client.Walks.NodePath path)
    {
        Nodes = [.. path.Nodes.Select(static node => new Node(node))];
        var names = Nodes.ToDictionary(static node => node.Id, static node => node.ToString(), StringComparer.Ordinal);
        Edges = [.. path.Edges.Select(edge => new Edge(edge, names.GetValueOrDefault(edge.Parent), names.GetValueOrDefault(edge.Child)))];
    }

    /// <summary>The nodes.</summary>
    public Node[] Nodes { get; }

    /// <summary>The edges between them; empty when only nodes were asked for.</summary>
    public Edge[] Edges { get; }

    /// <summary>Where it begins; null when it is empty.</summary>
    public Node? Source => Nodes.FirstOrDefault();

    /// <summary>Where it ends; null when it is empty.</summary>
    public Node? Destination => Nodes.LastOrDefault();

    /// <summary>How many steps the path has.</summary>
    public int Hops => Math.Max(0, Nodes.Length - 1);

    /// <summary>The smallest MTU of its interfaces; null when none has one.</summary>
    public long? MinimumMtu => Nodes.Select(static node => node.Metadata["MTU"] as long?).Where(static mtu => mtu > 0).Min();

    /// <summary>The names in order.</summary>
    public override string ToString() => string.Join(" ▸ ", Nodes.Select(static node => node.ToString()));
}
