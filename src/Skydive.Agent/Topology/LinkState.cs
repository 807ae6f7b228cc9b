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

    /// <summary>The node at which the edge from its master starts, as it is in the graph.</summary>
    public string? MasterNodeId { get; set; }

    /// <summary>The node at which the edge from the interface below starts, as it is in the graph.</summary>
    public string? LowerNodeId { get; set; }

    /// <summary>The driver of a device; empty until it was asked for, and for what has none.</summary>
    public string Driver { get; set; } = string.Empty;

    public bool IsVeth => Message.Kind == "veth";

    /// <summary>Whether the kernel tells no kind, so that a driver has to be asked for.</summary>
    public bool IsDevice => Message is { Kind: null, HardwareType: not HardwareType.Loopback };

    /// <summary>Whether it stands on another interface of its namespace, frame by frame.</summary>
    public bool IsStacked => Message.Kind is "vlan" or "macvlan" or "macvtap" or "ipvlan" or "ipvtap";
}
