using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph.Collections;

namespace Skydive.Graph;

/// <summary>
/// The roots of the persistent structures that hold a graph. A copy of this struct is a consistent state; writing through a copy does not
/// touch the original. Slots count up and are not used twice, so their order is the order of creation; <see cref="Renumbered"/> starts them
/// again long before they run out.
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

    /// <summary>Adds a node whose slot is <see cref="NextNodeSlot"/>.</summary>
    public void AddNode(Node node, object owner)
    {
        NextNodeSlot++;
        Nodes = Nodes.Set(node.Slot, node, owner);
        NodeSlots = NodeSlots.Set(node.Id, node.Slot, owner);
        NodeIndex = NodeIndex.Update(node.Slot, MetadataMap.Empty, node.Metadata, owner);
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

    /// <summary>Adds an edge whose slot is <see cref="NextEdgeSlot"/> and whose ends are in the state.</summary>
    public void AddEdge(Edge edge, object owner)
    {
        NextEdgeSlot++;
        Edges = Edges.Set(edge.Slot, edge, owner);
        EdgeSlots = EdgeSlots.Set(edge.Id, edge.Slot, owner);
        EdgeIndex = EdgeIndex.Update(edge.Slot, MetadataMap.Empty, edge.Metadata, owner);
        var (parent, child) = (edge.ParentSlot, edge.ChildSlot);
        Adjacencies = Adjacencies.Set(parent, Adjacency.Add(Adjacencies[parent], EdgeDirection.Out, edge.Slot, child, owner), owner);
        Adjacencies = Adjacencies.Set(child, Adjacency.Add(Adjacencies[child], EdgeDirection.In, edge.Slot, parent, owner), owner);
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
        var (parent, child) = (edge.ParentSlot, edge.ChildSlot);
        Adjacencies = Adjacencies.Set(parent, Adjacency.Remove(Adjacencies[parent], EdgeDirection.Out, edge.Slot, owner), owner);
        Adjacencies = Adjacencies.Set(child, Adjacency.Remove(Adjacencies[child], EdgeDirection.In, edge.Slot, owner), owner);
    }

    /// <summary>The same nodes and edges in the same order, with slots counted from 0.</summary>
    public readonly GraphState Renumbered()
    {
        object owner = new();
        var state = Empty;
        foreach (var node in Nodes.Values())
        {
            state.AddNode(node.WithSlot(state.NextNodeSlot), owner);
        }

        foreach (var edge in Edges.Values())
        {
            state.NodeSlots.TryGetValue(edge.Parent, out int parent);
            state.NodeSlots.TryGetValue(edge.Child, out int child);
            state.AddEdge(edge.Placed(state.NextEdgeSlot, parent, child, edge.Parent, edge.Child, edge.Metadata), owner);
        }

        return state;
    }
}
