using Skydive.Contracts.Metadata;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>Metadata values of an interface that are kept, since most revisions change others.</summary>
internal struct LinkValues
{
    public HardwareAddress AddressOfMac;
    public MetadataValue Mac;
    public MetadataValue IPv4;
    public MetadataValue IPv6;
    public MetadataValue RoutingTables;
    public MetadataValue RoutesOmitted;
    public MetadataValue Neighbours;
    public MetadataValue NeighboursOmitted;
    public MetadataValue Forwarding;
    public MetadataValue ForwardingOmitted;
    public MetadataValue BridgeVlans;
}
