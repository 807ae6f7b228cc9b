using Skydive.Contracts.Metadata;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology;

/// <summary>What the probe knows of one interface, and what it has put into the graph of it. Belongs to the probe's thread.</summary>
internal sealed class LinkState(NamespaceState owner, LinkMessage message)
{
    public NamespaceState Owner { get; } = owner;

    public LinkMessage Message { get; set; } = message;

    public List<AddressMessage> Addresses { get; } = [];

    /// <summary>Identifier of its node; null until it is in the graph.</summary>
    public string? NodeId { get; set; }

    /// <summary>The metadata that the probe has put into the node; other keys there belong to others.</summary>
    public MetadataMap Written { get; set; } = MetadataMap.Empty;

    /// <summary>The other interface of a veth pair, once it is found.</summary>
    public LinkState? Peer { get; set; }

    /// <summary>The edge from its master, as it is in the graph.</summary>
    public LinkState? LinkedMaster { get; set; }

    /// <summary>The edge from the interface below, as it is in the graph.</summary>
    public LinkState? LinkedLower { get; set; }

    public bool IsVeth => Message.Kind == "veth";

    /// <summary>Whether it stands on another interface of its namespace, frame by frame.</summary>
    public bool IsStacked => Message.Kind is "vlan" or "macvlan" or "macvtap" or "ipvlan" or "ipvtap";
}
