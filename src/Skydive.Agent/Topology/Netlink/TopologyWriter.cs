using System.Collections.Concurrent;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>Brings what has changed into the graph: nodes of namespaces and interfaces, and the edges between them. One thread writes.</summary>
internal sealed class TopologyWriter(LiveGraph graph, string hostNodeId)
{
    private static readonly MetadataMap s_vethEdge = MetadataMap.Create(("Type", "veth"), ("RelationType", RelationTypes.Layer2));

    private readonly ConcurrentDictionary<NamespaceId, string> _namespaceNodes = new();
    private readonly ConcurrentDictionary<string, LinkLocation> _locations = new(StringComparer.Ordinal);

    /// <summary>Where the interface of a node is; null when the node is none that was written here. Safe to call from any thread.</summary>
    public LinkLocation? FindLink(string nodeId) => _locations.GetValueOrDefault(nodeId);

    /// <summary>The node of a namespace. Safe to call from any thread.</summary>
    public string? FindNamespaceNode(NamespaceId id) => _namespaceNodes.GetValueOrDefault(id);

    /// <summary>Writes all that has changed as one revision, and takes it off the list.</summary>
    public void Write(TopologyChanges changes)
    {
        graph.Write(transaction => Write(transaction, changes));
        foreach (var link in changes.Links)
        {
            link.Changed = LinkParts.None;
        }

        changes.Links.Clear();
        changes.Separated.Clear();
        changes.Added.Clear();
        changes.Renamed.Clear();
        changes.DeletedNodes.Clear();
    }

    /// <summary>Writes interfaces in which nothing changed that history keeps.</summary>
    public void WriteTransient(IReadOnlyCollection<LinkState> links) => graph.Write(
        transaction =>
        {
            foreach (var link in links)
            {
                if (!link.IsGone && link.NodeId is { } nodeId && transaction.FindNode(nodeId) is { } node)
                {
                    Update(transaction, link, node);
                }
            }
        },
        isTransient: true);

    /// <summary>A namespace is no longer watched.</summary>
    public void Forget(NamespaceState state) => _namespaceNodes.TryRemove(state.Id, out _);

    private void Write(GraphTransaction transaction, TopologyChanges changes)
    {
        foreach (string nodeId in changes.DeletedNodes)
        {
            _locations.TryRemove(nodeId, out _);
            transaction.DeleteNode(nodeId);
        }

        foreach (var state in changes.Added)
        {
            Add(transaction, state);
        }

        foreach (var state in changes.Renamed)
        {
            if (transaction.FindNode(state.NodeId) is { } node)
            {
                var metadata = node.Metadata.With("Name", state.Name).With("Path", state.Path);
                transaction.SetMetadata(node, state.Manager is null ? metadata.Without("Manager") : metadata.With("Manager", state.Manager));
            }
        }

        foreach (var (one, other) in changes.Separated)
        {
            if (one.Peer != other)
            {
                UnlinkPair(transaction, one, other);
            }
        }

        foreach (var link in changes.Links)
        {
            if (!link.IsGone)
            {
                WriteNode(transaction, link);
            }
        }

        foreach (var link in changes.Links)
        {
            if (!link.IsGone && (link.Changed & (LinkParts.Link | LinkParts.Facts)) != 0)
            {
                WriteEdges(transaction, link);
            }
        }
    }

    private void Add(GraphTransaction transaction, NamespaceState state)
    {
        _namespaceNodes[state.Id] = state.NodeId;
        if (state.NodeId == hostNodeId)
        {
            return;
        }

        var metadata = new MetadataBuilder()
            .Set("Device", (long)state.Id.Device)
            .Set("Inode", (long)state.Id.Inode)
            .SetIfNotNull("Manager", state.Manager)
            .Set("Name", state.Name)
            .Set("Path", state.Path)
            .SetIfNotNull("TID", state.Tid)
            .Set("Type", "netns")
            .Build();
        transaction.AddNode(state.NodeId, metadata);
        transaction.Link(hostNodeId, state.NodeId, RelationTypes.Ownership);
    }

    private void WriteNode(GraphTransaction transaction, LinkState link)
    {
        if (link.NodeId is { } nodeId && transaction.FindNode(nodeId) is { } node)
        {
            Update(transaction, link, node);
        }
        else
        {
            link.NodeId ??= Identifiers.Random();
            link.IsShared = false;
            string? tid = link.Owner.Tid is { } owner ? TidHook.Derive(owner, link.Message.Name, LinkMetadata.TypeOf(link.Message)) : null;
            link.Written = LinkMetadata.Build(link, tid);
            link.WrittenRevision = transaction.AddNode(link.NodeId, link.Written).Revision;
            transaction.Link(link.Owner.NodeId, link.NodeId, RelationTypes.Ownership);
            _locations[link.NodeId] = new(link.Owner.Kernel.Namespace, link.Message.Index, link.Message.HardwareType);
        }

        link.WrittenState = (link.Message.OperationalState, link.Message.Flags);
    }

    private static void Update(GraphTransaction transaction, LinkState link, Node node)
    {
        var metadata = LinkMetadata.Build(link, node.TID);
        var before = link.Written;
        link.Written = metadata;
        if (link.IsShared || node.Revision != link.WrittenRevision)
        {
            // What others have written into the node stays.
            metadata = MetadataOperation.Apply(node.Metadata, MetadataOperation.Between(before, metadata));
            link.IsShared = metadata.Count != link.Written.Count;
        }

        link.WrittenRevision = transaction.SetMetadata(node, metadata).Revision;
        link.Delayed = LinkParts.None;
        link.IsDelayedForSize = false;
    }

    private static void WriteEdges(GraphTransaction transaction, LinkState link)
    {
        var master = link.Message.MasterIndex == 0 ? null : link.Owner.Links.GetValueOrDefault(link.Message.MasterIndex);
        if (master?.Message.Name == "ovs-system")
        {
            // All ports of all Open vSwitch bridges have this one master, which is none.
            master = null;
        }

        link.MasterNodeId = Relink(transaction, link.MasterNodeId, master?.NodeId, link, RelationTypes.Layer2, null);
        var lower = link.IsStacked && link.Message.LinkNamespaceId is null ? link.Owner.Links.GetValueOrDefault(link.Message.LinkIndex) : null;
        link.LowerNodeId = Relink(transaction, link.LowerNodeId, lower?.NodeId, link, RelationTypes.Layer2, link.Message.Kind);
        link.PhysicalFunctionNodeId = Relink(
            transaction, link.PhysicalFunctionNodeId, link.PhysicalFunction?.NodeId, link, RelationTypes.VirtualFunction, null);

        if (link.Peer is { NodeId: not null } peer && link.PeerNodeId != peer.NodeId)
        {
            var (parent, child) = IsFirst(link, peer) ? (link, peer) : (peer, link);
            transaction.Link(parent.NodeId!, child.NodeId!, RelationTypes.Layer2, s_vethEdge);
            link.PeerNodeId = peer.NodeId;
            peer.PeerNodeId = link.NodeId;
        }
    }

    private static void UnlinkPair(GraphTransaction transaction, LinkState one, LinkState other)
    {
        if (one.NodeId is null || other.NodeId is null || one.PeerNodeId != other.NodeId)
        {
            return;
        }

        // Which of them the edge starts at followed from what they were then.
        transaction.Unlink(one.NodeId, other.NodeId, RelationTypes.Layer2);
        transaction.Unlink(other.NodeId, one.NodeId, RelationTypes.Layer2);
        one.PeerNodeId = null;
        other.PeerNodeId = null;
    }

    /// <summary>
    /// Moves an edge from one parent to another. A parent that is not known yet is looked for again when it appears, since an interface is told
    /// of again whenever its master or lower interface changes.
    /// </summary>
    private static string? Relink(
        GraphTransaction transaction, string? before, string? after, LinkState link, string relationType, string? type)
    {
        if (before == after)
        {
            return after;
        }

        if (before is not null)
        {
            transaction.Unlink(before, link.NodeId!, relationType);
        }

        if (after is not null)
        {
            transaction.Link(after, link.NodeId!, relationType, type is null ? null : MetadataMap.Create(("Type", type)));
        }

        return after;
    }

    /// <summary>The edge of a pair starts at the interface with the larger index, as in Skydive; between equals the namespaces decide.</summary>
    private static bool IsFirst(LinkState link, LinkState peer) =>
        link.Message.Index != peer.Message.Index ? link.Message.Index > peer.Message.Index : link.Owner.Key > peer.Owner.Key;
}
