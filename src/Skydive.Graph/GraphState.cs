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
    public SlotTable<Node> NodeSlots;
    public SlotTable<Edge> EdgeSlots;
    public IntMap<object> Adjacencies;
    public int NextNodeSlot;
    public int NextEdgeSlot;
    public ElementIndex NodeIndex;
    public ElementIndex EdgeIndex;

    /// <summary>Keys that queries start from. A key costs memory on every node that has it, so only selective and often asked ones are here.</summary>
    private static readonly string[] s_nodeKeys = ["Name", "Type", "TID", "MAC", "State", "IPV4", "IPV6", "IfIndex", "Manager", "PeerIntfMAC"];

    private static readonly string[] s_edgeKeys = ["RelationType"];

    public static GraphState Empty => new() { NodeIndex = new(s_nodeKeys), EdgeIndex = new(s_edgeKeys) };

    public readonly Node? FindNode(string id) => NodeSlots.TryGetSlot(id, Nodes, out int slot) ? Nodes[slot] : null;

    public readonly Edge? FindEdge(string id) => EdgeSlots.TryGetSlot(id, Edges, out int slot) ? Edges[slot] : null;

    /// <summary>Adds a node whose slot is <see cref="NextNodeSlot"/>.</summary>
    public void AddNode(Node node, object owner)
    {
        NextNodeSlot++;
        Nodes = Nodes.Set(node.Slot, node, owner);
        NodeSlots = NodeSlots.Add(node.Id, node.Slot, owner);
        NodeIndex = NodeIndex.Update(node.Slot, MetadataMap.Empty, node.Metadata, owner);
    }

    /// <summary>Adds nodes whose slots count up from <see cref="NextNodeSlot"/>.</summary>
    /// <returns>False, and nothing is changed, when two have one identifier or one is there already.</returns>
    public bool TryAddNodes(Node[] nodes, object owner)
    {
        var (index, first, table) = (NodeIndex, NextNodeSlot, NodeSlots);
        var all = Nodes.SetRange(first, nodes, owner);
        SlotTable<Node>? slots = null;
        Together.For(2, nodes.Length, part =>
        {
            if (part == 0)
            {
                index = index.AddMany(first, nodes, owner);
            }
            else
            {
                slots = table.AddMany(nodes, first, all, owner);
            }
        });
        if (slots is null)
        {
            return false;
        }

        Nodes = all;
        NodeSlots = slots.Value;
        NodeIndex = index;
        NextNodeSlot += nodes.Length;
        return true;
    }

    public void ReplaceNode(Node before, Node after, object owner)
    {
        Nodes = Nodes.Set(after.Slot, after, owner);
        NodeIndex = NodeIndex.Update(after.Slot, before.Metadata, after.Metadata, owner);
    }

    public void RemoveNode(Node node, object owner)
    {
        Nodes = Nodes.Set(node.Slot, null, owner);
        NodeSlots = NodeSlots.Remove(node.Id, node.Slot, owner);
        NodeIndex = NodeIndex.Update(node.Slot, node.Metadata, MetadataMap.Empty, owner);
        Adjacencies = Adjacencies.Set(node.Slot, null, owner);
    }

    /// <summary>Adds an edge whose slot is <see cref="NextEdgeSlot"/> and whose ends are in the state.</summary>
    public void AddEdge(Edge edge, object owner)
    {
        NextEdgeSlot++;
        Edges = Edges.Set(edge.Slot, edge, owner);
        EdgeSlots = EdgeSlots.Add(edge.Id, edge.Slot, owner);
        EdgeIndex = EdgeIndex.Update(edge.Slot, MetadataMap.Empty, edge.Metadata, owner);
        Adjacencies = Join(Adjacencies, edge, owner);
    }

    /// <summary>Adds edges whose slots count up from <see cref="NextEdgeSlot"/> and whose ends are in the state.</summary>
    /// <returns>False, and nothing is changed, when two have one identifier or one is there already.</returns>
    public bool TryAddEdges(Edge[] edges, object owner)
    {
        var (index, adjacencies, first, nodes, table) = (EdgeIndex, Adjacencies, NextEdgeSlot, NextNodeSlot, EdgeSlots);
        var all = Edges.SetRange(first, edges, owner);
        SlotTable<Edge>? slots = null;
        Together.For(2, edges.Length, part =>
        {
            if (part == 0)
            {
                slots = table.AddMany(edges, first, all, owner);
            }
            else
            {
                index = index.AddMany(first, edges, owner);
                adjacencies = Join(adjacencies, nodes, edges, owner);
            }
        });
        if (slots is null)
        {
            return false;
        }

        Edges = all;
        EdgeSlots = slots.Value;
        EdgeIndex = index;
        Adjacencies = adjacencies;
        NextEdgeSlot += edges.Length;
        return true;
    }

    public void ReplaceEdge(Edge before, Edge after, object owner)
    {
        Edges = Edges.Set(after.Slot, after, owner);
        EdgeIndex = EdgeIndex.Update(after.Slot, before.Metadata, after.Metadata, owner);
    }

    public void RemoveEdge(Edge edge, object owner)
    {
        Edges = Edges.Set(edge.Slot, null, owner);
        EdgeSlots = EdgeSlots.Remove(edge.Id, edge.Slot, owner);
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
        int slot = 0;
        state.TryAddNodes([.. Nodes.Values().Select(node => node.WithSlot(slot++))], owner);
        slot = 0;
        state.TryAddEdges([.. Edges.Values().Select(edge => Place(edge, slot++, state))], owner);
        return state;

        static Edge Place(Edge edge, int slot, in GraphState state)
        {
            state.NodeSlots.TryGetSlot(edge.Parent, state.Nodes, out int parent);
            state.NodeSlots.TryGetSlot(edge.Child, state.Nodes, out int child);
            return edge.Placed(slot, parent, child, edge.Parent, edge.Child, edge.Metadata);
        }
    }

    private static IntMap<object> Join(IntMap<object> adjacencies, Edge edge, object owner)
    {
        var (parent, child) = (edge.ParentSlot, edge.ChildSlot);
        adjacencies = adjacencies.Set(parent, Adjacency.Add(adjacencies[parent], EdgeDirection.Out, edge.Slot, child, owner), owner);
        return adjacencies.Set(child, Adjacency.Add(adjacencies[child], EdgeDirection.In, edge.Slot, parent, owner), owner);
    }

    private static IntMap<object> Join(IntMap<object> adjacencies, int nodes, Edge[] edges, object owner)
    {
        if (edges.Length < nodes / 16)
        {
            // Not worth looking at each node.
            foreach (var edge in edges)
            {
                adjacencies = Join(adjacencies, edge, owner);
            }

            return adjacencies;
        }

        var outgoing = new EdgesByNode(nodes, edges.Length);
        var incoming = new EdgesByNode(nodes, edges.Length);
        foreach (var edge in edges)
        {
            outgoing.Count(edge.ParentSlot);
            incoming.Count(edge.ChildSlot);
        }

        outgoing.Divide();
        incoming.Divide();
        foreach (var edge in edges)
        {
            outgoing.Add(edge.ParentSlot, edge.Slot, edge.ChildSlot);
            incoming.Add(edge.ChildSlot, edge.Slot, edge.ParentSlot);
        }

        for (int node = 0; node < nodes; node++)
        {
            var begins = outgoing.Of(node);
            var ends = incoming.Of(node);
            if (begins.Length + ends.Length > 0)
            {
                adjacencies = adjacencies.Set(node, Adjacency.AddMany(adjacencies[node], begins, ends, owner), owner);
            }
        }

        return adjacencies;
    }
}
