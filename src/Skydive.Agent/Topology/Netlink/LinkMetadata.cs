using System.Collections.Concurrent;
using Skydive.Contracts.Metadata;
using Skydive.Linux.Route;

namespace Skydive.Agent.Topology.Netlink;

/// <summary>
/// What is known of an interface as node metadata, with Skydive's keys and units (<c>Speed</c> is in Mbit/s, as ethtool says it). Beside them:
/// <c>Alias</c>, <c>AltNames</c>, <c>BridgeVlans</c> (of a port), <c>Duplex</c>, <c>PermMAC</c>, <c>VNI</c>, <c>LocalIP</c>, <c>RemoteIP</c>, <c>Tunnel</c>, <c>MacvlanMode</c>, <c>IpvlanMode</c>,
/// <c>VlanProtocol</c>, <c>VrfTable</c>, <c>Tun</c>, and how many entries of a list are left out because there are more than a node can show.
/// </summary>
internal static class LinkMetadata
{
    /// <summary>How many routes, neighbours or forwarding entries a node shows.</summary>
    public const int MaximumListed = 10_000;

    private const int FamilyIPv6 = 10;
    private const long BitsPerMegabit = 1_000_000;

    // The number of combinations that a host has is small; beyond, lists are made each time.
    private const int MaximumFlagLists = 1024;

    private static readonly MetadataShape s_shape = new(
        "Alias",
        "AltNames",
        "BondMode",
        "BondSlave",
        "BridgeVlans",
        "BusInfo",
        "Driver",
        "Duplex",
        "EncapType",
        "FDB",
        "FDBOmitted",
        "Features",
        "IPV4",
        "IPV6",
        "IfIndex",
        "IpvlanMode",
        "LastUpdateMetric",
        "LinkFlags",
        "LinkNetNsID",
        "LinkNetNsName",
        "LocalIP",
        "MAC",
        "MTU",
        "MacvlanMode",
        "MasterIndex",
        "Metric",
        "Name",
        "Neighbors",
        "NeighborsOmitted",
        "ParentIndex",
        "PeerIfIndex",
        "PermMAC",
        "RemoteIP",
        "RoutesOmitted",
        "RoutingTables",
        "Speed",
        "State",
        "TID",
        "Tun",
        "Tunnel",
        "Type",
        "VNI",
        "VfID",
        "Vfs",
        "Vlan",
        "VlanProtocol",
        "VrfTable");

    private static readonly (LinkFlags Flag, MetadataValue Name)[] s_flags =
    [
        (LinkFlags.Up, "UP"),
        (LinkFlags.Broadcast, "BROADCAST"),
        (LinkFlags.Loopback, "LOOPBACK"),
        (LinkFlags.PointToPoint, "POINTTOPOINT"),
        (LinkFlags.Multicast, "MULTICAST"),
        (LinkFlags.Running, "RUNNING"),
        (LinkFlags.NoArp, "NOARP"),
        (LinkFlags.Promiscuous, "PROMISC"),
        (LinkFlags.AllMulticast, "ALLMULTI"),
        (LinkFlags.Master, "MASTER"),
        (LinkFlags.Slave, "SLAVE"),
        (LinkFlags.Dynamic, "DYNAMIC"),
        (LinkFlags.LowerUp, "LOWER_UP"),
        (LinkFlags.Dormant, "DORMANT"),
        (LinkFlags.Echo, "ECHO"),
        (LinkFlags.Debug, "DEBUG"),
    ];

    private static readonly ConcurrentDictionary<LinkFlags, MetadataValue> s_flagLists = new();

    [ThreadStatic]
    private static MetadataValue[]? t_values;

    /// <summary>Makes the metadata.</summary>
    /// <param name="link">The interface.</param>
    /// <param name="tid">The identifier to put in; null for none.</param>
    public static MetadataMap Build(LinkState link, string? tid)
    {
        Prepare(link);
        var values = new ValueWriter(t_values ??= new MetadataValue[s_shape.Count]);
        var message = link.Message;
        ref var kept = ref link.Values;

        // In the order of the shape.
        values.Put(message.Alias);
        values.Put(message.AlternativeNames.Count == 0 ? default : MetadataValue.List(message.AlternativeNames));
        values.Put((message.Details as BondDetails)?.ModeName);
        values.Put(message.BondSlave is { } slave ? LinkDetailMetadata.Of(slave) : default(MetadataValue));
        values.Put(kept.BridgeVlans);
        values.Put(link.Facts?.BusInfo);
        values.Put(link.Facts is { Driver.Length: > 0 } facts ? facts.Driver : message.Kind ?? string.Empty);
        values.Put(link.Facts?.Duplex);
        values.Put(EncapsulationOf(message.HardwareType));
        values.Put(kept.Forwarding);
        values.Put(kept.ForwardingOmitted);
        values.Put(link.Facts?.Features);
        values.Put(kept.IPv4);
        values.Put(kept.IPv6);
        values.Put(message.Index);
        values.Put(message.Details is IpvlanDetails ipvlan ? LinkDetailMetadata.ModeOf(ipvlan) : default(MetadataValue));
        values.Put(link.Counters?.LastUpdate ?? default);
        values.Put(FlagsOf(message.Flags));
        values.Put(message.LinkNamespaceId is { } id ? id : default(MetadataValue));
        values.Put(link.LinkPlaceName);
        values.Put(LinkDetailMetadata.LocalOf(message.Details)?.ToString());
        values.Put(kept.Mac);
        values.Put(message.Mtu);
        values.Put(message.Details is MacvlanDetails macvlan ? LinkDetailMetadata.ModeOf(macvlan) : default(MetadataValue));
        values.PutUnlessZero(message.MasterIndex);
        values.Put(link.Counters?.Metric ?? default);
        values.Put(message.Name);
        values.Put(kept.Neighbours);
        values.Put(kept.NeighboursOmitted);
        values.PutUnlessZero(message.LinkIndex);
        values.PutUnlessZero(link.IsVeth ? message.LinkIndex : 0);
        values.Put(message.PermanentAddress.IsZero ? null : message.PermanentAddress.ToString());
        values.Put(LinkDetailMetadata.RemoteOf(message.Details)?.ToString());
        values.Put(kept.RoutesOmitted);
        values.Put(kept.RoutingTables);
        values.Put(link.Facts?.BitsPerSecond is { } speed ? speed / BitsPerMegabit : default(MetadataValue));
        values.Put(StateOf(message.OperationalState));
        values.Put(tid);
        values.Put(message.Details is TunDetails tun ? LinkDetailMetadata.Of(tun) : default(MetadataValue));
        values.Put(LinkDetailMetadata.TunnelOf(message.Details));
        values.Put(TypeOf(message));
        values.Put(LinkDetailMetadata.NetworkIdOf(message.Details) is { } vni ? vni : default(MetadataValue));
        values.Put(link.VirtualFunctionId is { } virtualFunction ? virtualFunction : default(MetadataValue));
        values.Put(message.VirtualFunctions is { Count: > 0 } functions ? LinkDetailMetadata.Of(functions) : default);
        values.Put(message.VlanId is { } vlan ? vlan : default(MetadataValue));
        values.Put(message.Details is VlanDetails { Protocol: not 0 } details ? LinkDetailMetadata.ProtocolOf(details) : null);
        values.Put(message.Details is VrfDetails vrf ? (long)vrf.Table : default(MetadataValue));
        return s_shape.Build(values.Values);
    }

    /// <summary>Skydive's name for what an interface is.</summary>
    public static string TypeOf(LinkMessage link) => link.Kind ?? "device";

    /// <summary>Makes the values anew that are outdated. Done by <see cref="Build"/> too; any thread that owns the interface may do it before.</summary>
    public static void Prepare(LinkState link)
    {
        ref var kept = ref link.Values;
        var outdated = link.Outdated;
        if (outdated == LinkParts.None)
        {
            return;
        }

        link.Outdated = LinkParts.None;
        if ((outdated & LinkParts.Link) != 0 && (kept.Mac.IsNull || kept.AddressOfMac != link.Message.Address))
        {
            kept.AddressOfMac = link.Message.Address;
            kept.Mac = link.Message.Address.IsEmpty ? default(MetadataValue) : link.Message.Address.ToString();
        }

        if ((outdated & LinkParts.Addresses) != 0)
        {
            (kept.IPv4, kept.IPv6) = BuildAddresses(link.Addresses);
        }

        if ((outdated & LinkParts.Routes) != 0)
        {
            kept.RoutingTables = RouteMetadata.Build(link.Message.Index, link.Owner.Routes.Of(link.Message.Index), out int omitted);
            kept.RoutesOmitted = UnlessZero(omitted);
        }

        if ((outdated & LinkParts.Neighbours) != 0)
        {
            kept.Neighbours = NeighbourMetadata.Build(link.Neighbours, out int omitted);
            kept.NeighboursOmitted = UnlessZero(omitted);
        }

        if ((outdated & LinkParts.Forwarding) != 0)
        {
            kept.Forwarding = NeighbourMetadata.Build(link.Forwarding, out int omitted);
            kept.ForwardingOmitted = UnlessZero(omitted);
        }

        if ((outdated & LinkParts.BridgeVlans) != 0)
        {
            kept.BridgeVlans = LinkDetailMetadata.Of(link.BridgeVlans);
        }
    }

    private static (MetadataValue IPv4, MetadataValue IPv6) BuildAddresses(List<AddressMessage> addresses)
    {
        if (addresses.Count == 0)
        {
            return default;
        }

        int count6 = addresses.Count(static address => address.Family == FamilyIPv6);
        var (list4, list6) = (new MetadataValue[addresses.Count - count6], new MetadataValue[count6]);
        int next4 = 0, next6 = 0;
        foreach (var address in addresses)
        {
            MetadataValue text = PrefixText.Of(address.Address, address.PrefixLength);
            if (address.Family == FamilyIPv6)
            {
                list6[next6++] = text;
            }
            else
            {
                list4[next4++] = text;
            }
        }

        return (list4.Length == 0 ? default : MetadataValue.List(list4.AsSpan()), list6.Length == 0 ? default : MetadataValue.List(list6.AsSpan()));
    }

    private static MetadataValue UnlessZero(int number) => number == 0 ? default(MetadataValue) : number;

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
        if (s_flagLists.TryGetValue(flags, out var list))
        {
            return list;
        }

        MetadataValue[] names = [.. s_flags.Where(entry => (flags & entry.Flag) != 0).Select(static entry => entry.Name)];
        list = MetadataValue.List(names.AsSpan());
        return s_flagLists.Count < MaximumFlagLists ? s_flagLists.GetOrAdd(flags, list) : list;
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

    /// <summary>Fills the values one after the other.</summary>
    private ref struct ValueWriter(Span<MetadataValue> values)
    {
        private int _next;

        public readonly ReadOnlySpan<MetadataValue> Values { get; } = values;

        private readonly Span<MetadataValue> _all = values;

        public void Put(MetadataValue value) => _all[_next++] = value;

        public void PutUnlessZero(int value) => _all[_next++] = value == 0 ? default(MetadataValue) : value;
    }
}
