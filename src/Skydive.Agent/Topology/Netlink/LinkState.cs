using Skydive.Contracts.Metadata;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>What the probe knows of one interface, and what it has put into the graph of it. Belongs to the probe's thread.</summary>
internal sealed class LinkState(NamespaceState owner, LinkMessage message)
{
    public NamespaceState Owner { get; } = owner;

    public LinkMessage Message { get; set; } = message;

    /// <summary>Its addresses in the kernel's order.</summary>
    public List<AddressMessage> Addresses { get; } = [];

    /// <summary>Its neighbours; null until there are some.</summary>
    public SortedEntries<NeighbourMessage>? Neighbours { get; set; }

    /// <summary>Its forwarding entries; null until there are some.</summary>
    public SortedEntries<NeighbourMessage>? Forwarding { get; set; }

    /// <summary>The VLANs that it lets through as the port of a bridge.</summary>
    public IReadOnlyList<BridgeVlanRange> BridgeVlans { get; set; } = [];

    /// <summary>What its driver says; null until it was asked.</summary>
    public LinkFacts? Facts { get; set; }

    /// <summary>Its counters; null until they were read.</summary>
    public LinkCounters? Counters { get; set; }

    /// <summary>Its number among the virtual functions of another interface; null when it is none.</summary>
    public int? VirtualFunctionId { get; set; }

    /// <summary>The interface whose virtual function it is, once that is found.</summary>
    public LinkState? PhysicalFunction { get; set; }

    /// <summary>The other interface of a veth pair, once it is found.</summary>
    public LinkState? Peer { get; set; }

    /// <summary>The namespace in which the other interface of a pair stands, or the one below, when that is another and is watched.</summary>
    public NamespaceState? LinkPlace { get; set; }

    /// <summary>The name of that namespace: empty for the host's, null when it is not known.</summary>
    public string? LinkPlaceName => Message.LinkNamespaceId is null ? null : LinkPlace?.Name;

    /// <summary>Whether it is gone.</summary>
    public bool IsGone { get; set; }

    /// <summary>Parts that differ from what the graph shows, to be written with the next revision.</summary>
    public LinkParts Changed { get; set; }

    /// <summary>Parts that differ in what is no change of the topology, or too often written anew, to be written within a second.</summary>
    public LinkParts Delayed { get; set; }

    /// <summary>Whether something among <see cref="Delayed"/> is a change of the topology.</summary>
    public bool IsDelayedForSize { get; set; }

    /// <summary>Parts whose values in <see cref="Values"/> have to be made anew.</summary>
    public LinkParts Outdated { get; set; } = LinkParts.All;

    /// <summary>The values of those parts that are seldom made anew.</summary>
    public LinkValues Values;

    /// <summary>Identifier of its node; null until it is in the graph.</summary>
    public string? NodeId { get; set; }

    /// <summary>The metadata that the probe has put into the node; other keys there belong to others.</summary>
    public MetadataMap Written { get; set; } = MetadataMap.Empty;

    /// <summary>The revision of the node that the probe wrote last; when it is another, others have written.</summary>
    public long WrittenRevision { get; set; }

    /// <summary>Whether others have put keys of theirs into the node.</summary>
    public bool IsShared { get; set; }

    /// <summary>State and flags as they are in the graph.</summary>
    public (OperationalState State, LinkFlags Flags) WrittenState { get; set; }

    /// <summary>The node at which the edge from its master starts, as it is in the graph.</summary>
    public string? MasterNodeId { get; set; }

    /// <summary>The node at which the edge from the interface below starts, as it is in the graph.</summary>
    public string? LowerNodeId { get; set; }

    /// <summary>The node at the other end of the edge to its peer, as it is in the graph.</summary>
    public string? PeerNodeId { get; set; }

    /// <summary>The node at which the edge from its physical function starts, as it is in the graph.</summary>
    public string? PhysicalFunctionNodeId { get; set; }

    public bool IsVeth => Message.Kind == "veth";

    /// <summary>Whether it stands on another interface of its namespace, frame by frame.</summary>
    public bool IsStacked => Message.Kind is "vlan" or "macvlan" or "macvtap" or "ipvlan" or "ipvtap";

    /// <inheritdoc/>
    public override string ToString() => $"{Owner.Title}/{Message.Name}";
}
