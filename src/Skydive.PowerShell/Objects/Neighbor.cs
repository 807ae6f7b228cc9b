using System.Collections.Specialized;

namespace Skydive;

/// <summary>A node that was reached from others.</summary>
public sealed class Neighbor
{
    internal Neighbor(Client.Walks.Neighbor neighbor)
    {
        Node = new(neighbor.Node);
        Distance = neighbor.Distance;
        Via = new Node(neighbor.Via).ToString();
        RelationType = neighbor.Edge.RelationType;
        IsParent = neighbor.Edge.Parent == neighbor.Node.Id;
    }

    /// <summary>The node.</summary>
    public Node Node { get; }

    /// <summary>How many edges lie between it and the start.</summary>
    public int Distance { get; }

    /// <summary>Name of the node before it on the way.</summary>
    public string Via { get; }

    /// <summary>The type of the edge on which it was reached.</summary>
    public string RelationType { get; }

    /// <summary>Whether that edge leads from it to the node before it.</summary>
    public bool IsParent { get; }

    /// <summary>The node's identifier.</summary>
    public string Id => Node.Id;

    /// <summary>The node's name.</summary>
    public string Name => Node.Name;

    /// <summary>The node's type.</summary>
    public string Type => Node.Type;

    /// <summary>The node's topology identifier; empty until it is known.</summary>
    public string TID => Node.TID;

    /// <summary>Identity of the host that reported the node.</summary>
    public string Host => Node.Host;

    /// <summary>The node's state; null when it has none.</summary>
    public string? State => Node.State;

    /// <summary>All that is known of the node. Keys are found in any case.</summary>
    public OrderedDictionary Metadata => Node.Metadata;

    /// <summary>The node.</summary>
    public override string ToString() => Node.ToString();
}
