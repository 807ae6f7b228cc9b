using Skydive.Contracts.Metadata;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology;

/// <summary>What rtnetlink says of an interface as node metadata, with Skydive's keys.</summary>
internal static class LinkMetadata
{
    private const int FamilyIPv6 = 10;
    private static readonly MetadataValue s_up = "UP";

    /// <summary>Makes the metadata.</summary>
    /// <param name="link">The interface.</param>
    /// <param name="addresses">Its addresses in the kernel's order.</param>
    /// <param name="peerNamespace">Name of the namespace in which its peer stands; empty for that of the host, null when unknown.</param>
    /// <param name="driver">Driver of a device; the kind of interface is the driver of others.</param>
    public static MetadataMap Build(LinkMessage link, IReadOnlyList<AddressMessage> addresses, string? peerNamespace, string driver = "")
    {
        var metadata = new MetadataBuilder()
            .Set("Name", link.Name)
            .Set("Type", TypeOf(link))
            .Set("EncapType", EncapsulationOf(link.HardwareType))
            .Set("IfIndex", link.Index)
            .Set("MTU", link.Mtu)
            .Set("Driver", link.Kind ?? driver)
            .Set("State", StateOf(link.OperationalState))
            .Set("LinkFlags", FlagsOf(link.Flags));
        if (!link.Address.IsEmpty)
        {
            metadata.Set("MAC", link.Address.ToString());
        }

        if (link.MasterIndex != 0)
        {
            metadata.Set("MasterIndex", link.MasterIndex);
        }

        if (link.LinkIndex != 0)
        {
            metadata.Set("ParentIndex", link.LinkIndex);
            if (link.Kind == "veth")
            {
                metadata.Set("PeerIfIndex", link.LinkIndex);
            }
        }

        if (link.LinkNamespaceId is { } namespaceId)
        {
            metadata.Set("LinkNetNsID", namespaceId);
            if (peerNamespace is not null)
            {
                metadata.Set("LinkNetNsName", peerNamespace);
            }
        }

        if (link.VlanId is { } vlan)
        {
            metadata.Set("Vlan", vlan);
        }

        if (link.Alias is { } alias)
        {
            metadata.Set("Alias", alias);
        }

        SetAddresses(metadata, "IPV4", addresses.Where(static address => address.Family != FamilyIPv6));
        SetAddresses(metadata, "IPV6", addresses.Where(static address => address.Family == FamilyIPv6));
        return metadata.Build();
    }

    /// <summary>Skydive's name for what an interface is.</summary>
    public static string TypeOf(LinkMessage link) => link.Kind ?? "device";

    private static void SetAddresses(MetadataBuilder metadata, string key, IEnumerable<AddressMessage> addresses)
    {
        var list = MetadataValue.List(addresses.Select(static address => address.ToString()));
        if (!list.Elements.IsEmpty)
        {
            metadata.Set(key, list);
        }
    }

    private static string StateOf(OperationalState state) => state switch
    {
        OperationalState.Up => "UP",
        OperationalState.Down => "DOWN",
        OperationalState.LowerLayerDown => "LOWER-LAYER-DOWN",
        OperationalState.NotPresent => "NOT-PRESENT",
        OperationalState.Testing => "TESTING",
        OperationalState.Dormant => "DORMANT",
        _ => "UNKNOWN",
    };

    private static MetadataValue FlagsOf(LinkFlags flags)
    {
        var names = new List<MetadataValue>(5);
        Add(LinkFlags.Up, s_up);
        Add(LinkFlags.Broadcast, "BROADCAST");
        Add(LinkFlags.Loopback, "LOOPBACK");
        Add(LinkFlags.PointToPoint, "POINTTOPOINT");
        Add(LinkFlags.Multicast, "MULTICAST");
        return MetadataValue.List(names);

        void Add(LinkFlags flag, MetadataValue name)
        {
            if ((flags & flag) != 0)
            {
                names.Add(name);
            }
        }
    }

    private static string EncapsulationOf(HardwareType type) => type switch
    {
        HardwareType.Ethernet => "ether",
        HardwareType.Loopback => "loopback",
        HardwareType.None => "none",
        HardwareType.RawIp => "rawip",
        HardwareType.Gre => "gre",
        HardwareType.Gre6 => "gre6",
        HardwareType.Sit => "sit",
        HardwareType.Tunnel => "ipip",
        HardwareType.Tunnel6 => "tunnel6",
        HardwareType.Ppp => "ppp",
        HardwareType.InfiniBand => "infiniband",
        HardwareType.Can => "can",
        _ => type.ToString().ToLowerInvariant(),
    };
}
