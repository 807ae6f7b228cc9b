namespace Skydive;

/// <summary>Nodes in a row, each joined to the next.</summary>
public sealed class Path
{
    internal Path(Node[] nodes) => Nodes = nodes;

    /// <summary>The nodes.</summary>
    public Node[] Nodes { get; }

    /// <summary>How many steps the path has.</summary>
    public int Hops => Math.Max(0, Nodes.Length - 1);

    /// <summary>The names in order.</summary>
    public override string ToString() => string.Join(" ▸ ", Nodes.Select(static node => node.ToString()));
}
