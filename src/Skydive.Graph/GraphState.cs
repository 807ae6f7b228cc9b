using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph.Collections;

namespace Skydive.Graph;

/// <summary>
/// The roots of the persistent structures that hold a graph. A copy of this struct is a consistent state; writing through a copy does not
/// touch the original. Slots count up and are never used twice, so their order is the order of creation.
/// </summary>
internal struct GraphState
{
    public IntMap<Node> Nodes;
    public IntMap<Edge> Edges;
    public HashTrie<string, int> NodeSlots;
    public HashTrie<string, int> EdgeSlots;
    public IntMap<object> Adjacencies;
    public int NextNodeSlot;
    public int NextEdgeSlot;
    public ElementIndex NodeIndex;
    public ElementIndex EdgeIndex;

    /// <summary>Keys that queries start from. A key costs memory on every node that has it, so only selective and often asked ones are here.</summary>
    private static readonly string[] s_nodeKeys = ["Name", "Type", "TID", "MAC", "State", "IPV4", "IPV6", "IfIndex", "Manager", "PeerIntfMAC"];

    private static readonly string[] s_edgeKeys = ["RelationType"];

    public static GraphState Empty => new() { NodeIndex = new(s_nodeKeys), EdgeIndex = new(s_edgeKeys) };

    public readonly Node? FindNode(string id) => NodeSlots.TryGetValue(id, out int slot) ? Nodes[slot] : null;

    public readonly Edge? FindEdge(string id) => EdgeSlots.TryGetValue(id, out int slot) ? Edges[slot] : null;

    public Node AddNode(Node node, object owner)
    {
        node = node.WithSlot(NextNodeSlot++);
        Nodes = Nodes.Set(node.Slot, node, owner);
        NodeSlots = NodeSlots.Set(node.Id, node.Slot, owner);
        NodeIndex = NodeIndex.Update(node.Slot, MetadataMap.Empty, node.Metadata, owner);
        return node;
    }

    public void ReplaceNode(Node before, Node after, object owner)
    {
        Nodes = Nodes.Set(after.Slot, after, owner);
        NodeIndex = NodeIndex.Update(after.Slot, before.Metadata, after.Metadata, owner);
    }

    public void RemoveNode(Node node, object owner)
    {
        Nodes = Nodes.Set(node.Slot, null, owner);
        NodeSlots = NodeSlots.Remove(node.Id, owner);
        NodeIndex = NodeIndex.Update(node.Slot, node.Metadata, MetadataMap.Empty, owner);
        Adjacencies = Adjacencies.Set(node.Slot, null, owner);
    }

    public Edge AddEdge(Edge edge, Node parent, Node child, object owner)
    {
        edge = edge.WithSlots(NextEdgeSlot++, parent.Slot, child.Slot);
        Edges = Edges.Set(edge.Slot, edge, owner);
        EdgeSlots = EdgeSlots.Set(edge.Id, edge.Slot, owner);
        EdgeIndex = EdgeIndex.Update(edge.Slot, MetadataMap.Empty, edge.Metadata, owner);
        Adjacencies = Adjacencies.Set(parent.Slot, Adjacency.Add(Adjacencies[parent.Slot], EdgeDirection.Out, edge.Slot, child.Slot, owner), owner);
        Adjacencies = Adjacencies.Set(child.Slot, Adjacency.Add(Adjacencies[child.Slot], EdgeDirection.In, edge.Slot, parent.Slot, owner), owner);
        return edge;
    }

    public void ReplaceEdge(Edge before, Edge after, object owner)
    {
        Edges = Edges.Set(after.Slot, after, owner);
        EdgeIndex = EdgeIndex.Update(after.Slot, before.Metadata, after.Metadata, owner);
    }

    public void RemoveEdge(Edge edge, object owner)
    {
        Edges = Edges.Set(edge.Slot, null, owner);
        EdgeSlots = EdgeSlots.Remove(edge.Id, owner);
        EdgeIndex = EdgeIndex.Update(edge.Slot, edge.Metadata, MetadataMap.Empty, owner);
        Adjacencies = Adjacencies.Set(edge.ParentSlot, Adjacency.Remove(Adjacencies[edge.ParentSlot], EdgeDirection.Out, edge.Slot, owner), owner);
        Adjacencies = Adjacencies.Set(edge.ChildSlot, Adjacency.Remove(Adjacencies[edge.ChildSlot], EdgeDirection.In, edge.Slot, owner), owner);
    }
}
