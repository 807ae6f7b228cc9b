using System.Net;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// What <c>IFLA_LINKINFO</c> holds: the kind, and data whose meaning depends on the kind, which the kernel sends first; then the same for what
/// the master says. Source of the attributes: <c>linux/if_link.h</c> and, for tunnels, <c>linux/if_tunnel.h</c>.
/// </summary>
internal struct LinkInfo
{
    internal string? Kind;
    internal string? SlaveKind;
    internal LinkDetails? Details;
    internal LinkSlaveDetails? SlaveDetails;

    internal static LinkInfo Read(ref NetlinkAttributeReader attributes)
    {
        LinkInfo info = default;
        while (attributes.MoveNext())
        {
            NetlinkAttributeReader data;
            switch (attributes.Type)
            {
                case LinkAttribute.InfoKind:
                    info.Kind = TextCache.Get(attributes.Text());
                    break;
                case LinkAttribute.InfoSlaveKind:
                    info.SlaveKind = TextCache.Get(attributes.Text());
                    break;
                case LinkAttribute.InfoData:
                    data = attributes.ReadNested();
                    info.Details = ReadData(info.Kind, ref data);
                    attributes.Absorb(data);
                    break;
                case LinkAttribute.InfoSlaveData:
                    data = attributes.ReadNested();
                    info.SlaveDetails = ReadSlaveData(info.SlaveKind, ref data);
                    attributes.Absorb(data);
                    break;
            }
        }

        return info;
    }

    private static LinkDetails? ReadData(string? kind, ref NetlinkAttributeReader data) => kind switch
    {
        "vlan" => ReadVlan(ref data),
        "vxlan" => ReadVxlan(ref data),
        "geneve" => ReadGeneve(ref data),
        "gre" or "gretap" or "erspan" or "ip6gre" or "ip6gretap" or "ip6erspan" => ReadGre(ref data),
        "ipip" or "sit" or "ip6tnl" => ReadIpTunnel(ref data),
        "vti" or "vti6" => ReadVti(ref data),
        "bond" => ReadBond(ref data),
        "macvlan" or "macvtap" => ReadMacvlan(ref data),
        "ipvlan" or "ipvtap" => ReadIpvlan(ref data),
        "vrf" => ReadVrf(ref data),
        "tun" => ReadTun(ref data),
        _ => null,
    };

    private static LinkSlaveDetails? ReadSlaveData(string? kind, ref NetlinkAttributeReader data) => kind switch
    {
        "bridge" => ReadBridgePort(ref data),
        "bond" => ReadBondSlave(ref data),
        "vrf" => ReadVrfMember(ref data),
        _ => null,
    };

    private static VlanDetails ReadVlan(ref NetlinkAttributeReader data)
    {
        int id = 0;
        int protocol = 0;
        while (data.MoveNext())
        {
            switch (data.Type)
            {
                case 1: // IFLA_VLAN_ID
                    id = data.ReadUInt16();
                    break;
                case 5: // IFLA_VLAN_PROTOCOL
                    protocol = data.ReadUInt16BigEndian();
                    break;
            }
        }

        return new VlanDetails { Id = id, Protocol = protocol };
    }

    private static VxlanDetails ReadVxlan(ref NetlinkAttributeReader data)
    {
        int id = 0;
        IPAddress? remote = null;
        IPAddress? local = null;
        int port = 0;
        int link = 0;
        int ttl = 0;
        bool isLearning = false;
        bool isExternal = false;
        while (data.MoveNext())
        {
            switch (data.Type)
            {
                case 1: // IFLA_VXLAN_ID
                    id = data.ReadInt32();
                    break;
                case 2 or 16: // IFLA_VXLAN_GROUP, IFLA_VXLAN_GROUP6
                    remote = KernelAddress.ReadSpecified(data.Value);
                    break;
                case 3: // IFLA_VXLAN_LINK
                    link = data.ReadInt32();
                    break;
                case 4 or 17: // IFLA_VXLAN_LOCAL, IFLA_VXLAN_LOCAL6
                    local = KernelAddress.ReadSpecified(data.Value);
                    break;
                case 5: // IFLA_VXLAN_TTL
                    ttl = data.ReadByte();
                    break;
                case 7: // IFLA_VXLAN_LEARNING
                    isLearning = data.ReadByte() != 0;
                    break;
                case 15: // IFLA_VXLAN_PORT
                    port = data.ReadUInt16BigEndian();
                    break;
                case 25: // IFLA_VXLAN_COLLECT_METADATA
                    isExternal = data.ReadByte() != 0;
                    break;
            }
        }

        return new VxlanDetails
        {
            Id = id,
            Remote = remote,
            Local = local,
            Port = port,
            LinkIndex = link,
            Ttl = ttl,
            IsLearning = isLearning,
            IsExternal = isExternal,
        };
    }

    private static GeneveDetails ReadGeneve(ref NetlinkAttributeReader data)
    {
        int id = 0;
        IPAddress? remote = null;
        int port = 0;
        int ttl = 0;
        bool isExternal = false;
        while (data.MoveNext())
        {
            switch (data.Type)
            {
                case 1: // IFLA_GENEVE_ID
                    id = data.ReadInt32();
                    break;
                case 2 or 7: // IFLA_GENEVE_REMOTE, IFLA_GENEVE_REMOTE6
                    remote = KernelAddress.ReadSpecified(data.Value);
                    break;
                case 3: // IFLA_GENEVE_TTL
                    ttl = data.ReadByte();
                    break;
                case 5: // IFLA_GENEVE_PORT
                    port = data.ReadUInt16BigEndian();
                    break;
                case 6: // IFLA_GENEVE_COLLECT_METADATA, which is there or not
                    isExternal = true;
                    break;
            }
        }

        return new GeneveDetails { Id = id, Remote = remote, Port = port, Ttl = ttl, IsExternal = isExternal };
    }

    private static TunnelDetails ReadGre(ref NetlinkAttributeReader data)
    {
        const ushort HasKey = 0x2000; // GRE_KEY
        IPAddress? local = null;
        IPAddress? remote = null;
        int link = 0;
        int ttl = 0;
        bool hasInputKey = false;
        bool hasOutputKey = false;
        uint inputKey = 0;
        uint outputKey = 0;
        while (data.MoveNext())
        {
            switch (data.Type)
            {
                case 1: // IFLA_GRE_LINK
                    link = data.ReadInt32();
                    break;
                case 2: // IFLA_GRE_IFLAGS
                    hasInputKey = (data.ReadUInt16BigEndian() & HasKey) != 0;
                    break;
                case 3: // IFLA_GRE_OFLAGS
                    hasOutputKey = (data.ReadUInt16BigEndian() & HasKey) != 0;
                    break;
                case 4: // IFLA_GRE_IKEY
                    inputKey = data.ReadUInt32BigEndian();
                    break;
                case 5: // IFLA_GRE_OKEY
                    outputKey = data.ReadUInt32BigEndian();
                    break;
                case 6: // IFLA_GRE_LOCAL
                    local = KernelAddress.ReadSpecified(data.Value);
                    break;
                case 7: // IFLA_GRE_REMOTE
                    remote = KernelAddress.ReadSpecified(data.Value);
                    break;
                case 8: // IFLA_GRE_TTL
                    ttl = data.ReadByte();
                    break;
            }
        }

        return new TunnelDetails
        {
            Local = local,
            Remote = remote,
            LinkIndex = link,
            Ttl = ttl,
            InputKey = hasInputKey ? inputKey : null,
            OutputKey = hasOutputKey ? outputKey : null,
        };
    }

    private static TunnelDetails ReadIpTunnel(ref NetlinkAttributeReader data)
    {
        IPAddress? local = null;
        IPAddress? remote = null;
        int link = 0;
        int ttl = 0;
        while (data.MoveNext())
        {
            switch (data.Type)
            {
                case 1: // IFLA_IPTUN_LINK
                    link = data.ReadInt32();
                    break;
                case 2: // IFLA_IPTUN_LOCAL
                    local = KernelAddress.ReadSpecified(data.Value);
                    break;
                case 3: // IFLA_IPTUN_REMOTE
                    remote = KernelAddress.ReadSpecified(data.Value);
                    break;
                case 4: // IFLA_IPTUN_TTL
                    ttl = data.ReadByte();
                    break;
            }
        }

        return new TunnelDetails { Local = local, Remote = remote, LinkIndex = link, Ttl = ttl };
    }

    private static TunnelDetails ReadVti(ref NetlinkAttributeReader data)
    {
        IPAddress? local = null;
        IPAddress? remote = null;
        int link = 0;
        uint inputKey = 0;
        uint outputKey = 0;
        while (data.MoveNext())
        {
            switch (data.Type)
            {
                case 1: // IFLA_VTI_LINK
                    link = data.ReadInt32();
                    break;
                case 2: // IFLA_VTI_IKEY
                    inputKey = data.ReadUInt32BigEndian();
                    break;
                case 3: // IFLA_VTI_OKEY
                    outputKey = data.ReadUInt32BigEndian();
                    break;
                case 4: // IFLA_VTI_LOCAL
                    local = KernelAddress.ReadSpecified(data.Value);
                    break;
                case 5: // IFLA_VTI_REMOTE
                    remote = KernelAddress.ReadSpecified(data.Value);
                    break;
            }
        }

        // Keys are always there; a zero is no key.
        return new TunnelDetails
        {
            Local = local,
            Remote = remote,
            LinkIndex = link,
            InputKey = inputKey == 0 ? null : inputKey,
            OutputKey = outputKey == 0 ? null : outputKey,
        };
    }

    private static BondDetails ReadBond(ref NetlinkAttributeReader data)
    {
        int mode = 0;
        int activeSlave = 0;
        int monitor = 0;
        while (data.MoveNext())
        {
            switch (data.Type)
            {
                case 1: // IFLA_BOND_MODE
                    mode = data.ReadByte();
                    break;
                case 2: // IFLA_BOND_ACTIVE_SLAVE
                    activeSlave = data.ReadInt32();
                    break;
                case 3: // IFLA_BOND_MIIMON
                    monitor = data.ReadInt32();
                    break;
            }
        }

        return new BondDetails { Mode = mode, ActiveSlaveIndex = activeSlave, MiiMonitorMilliseconds = monitor };
    }

    private static MacvlanDetails ReadMacvlan(ref NetlinkAttributeReader data)
    {
        var mode = MacvlanMode.Unknown;
        while (data.MoveNext())
        {
            if (data.Type == 1) // IFLA_MACVLAN_MODE
            {
                mode = (MacvlanMode)data.ReadInt32();
            }
        }

        return new MacvlanDetails { Mode = mode };
    }

    private static IpvlanDetails ReadIpvlan(ref NetlinkAttributeReader data)
    {
        int mode = 0;
        while (data.MoveNext())
        {
            if (data.Type == 1) // IFLA_IPVLAN_MODE
            {
                mode = data.ReadUInt16();
            }
        }

        return new IpvlanDetails { Mode = mode };
    }

    private static VrfDetails ReadVrf(ref NetlinkAttributeReader data)
    {
        uint table = 0;
        while (data.MoveNext())
        {
            if (data.Type == 1) // IFLA_VRF_TABLE
            {
                table = data.ReadUInt32();
            }
        }

        return new VrfDetails { Table = table };
    }

    private static TunDetails ReadTun(ref NetlinkAttributeReader data)
    {
        const byte Tap = 2; // IFF_TAP
        uint? owner = null;
        bool isTap = false;
        bool isPersistent = false;
        while (data.MoveNext())
        {
            switch (data.Type)
            {
                case 1: // IFLA_TUN_OWNER
                    owner = data.ReadUInt32();
                    break;
                case 3: // IFLA_TUN_TYPE
                    isTap = data.ReadByte() == Tap;
                    break;
                case 6: // IFLA_TUN_PERSIST
                    isPersistent = data.ReadByte() != 0;
                    break;
            }
        }

        return new TunDetails { IsTap = isTap, OwnerId = owner, IsPersistent = isPersistent };
    }

    private static BridgePort? ReadBridgePort(ref NetlinkAttributeReader data)
    {
        BridgePort? port = null;
        while (data.MoveNext())
        {
            if (data.Type == 1) // IFLA_BRPORT_STATE
            {
                port = BridgePort.Of(data.ReadByte());
            }
        }

        return port;
    }

    private static VrfMember ReadVrfMember(ref NetlinkAttributeReader data)
    {
        uint table = 0;
        while (data.MoveNext())
        {
            if (data.Type == 1) // IFLA_VRF_PORT_TABLE
            {
                table = data.ReadUInt32();
            }
        }

        return new VrfMember { Table = table };
    }

    private static BondSlave ReadBondSlave(ref NetlinkAttributeReader data)
    {
        var slave = new BondSlave();
        while (data.MoveNext())
        {
            slave = data.Type switch
            {
                1 => slave with { State = data.ReadByte() }, // IFLA_BOND_SLAVE_STATE
                2 => slave with { MiiStatus = data.ReadByte() }, // IFLA_BOND_SLAVE_MII_STATUS
                3 => slave with { LinkFailureCount = data.ReadUInt32() }, // IFLA_BOND_SLAVE_LINK_FAILURE_COUNT
                4 => slave with { PermanentAddress = HardwareAddress.FromKernel(data.Value) }, // IFLA_BOND_SLAVE_PERM_HWADDR
                5 => slave with { QueueId = data.ReadUInt16() }, // IFLA_BOND_SLAVE_QUEUE_ID
                6 => slave with { AggregatorId = data.ReadUInt16() }, // IFLA_BOND_SLAVE_AD_AGGREGATOR_ID
                7 => slave with { ActorPortState = data.ReadByte() }, // IFLA_BOND_SLAVE_AD_ACTOR_OPER_PORT_STATE
                8 => slave with { PartnerPortState = data.ReadUInt16() }, // IFLA_BOND_SLAVE_AD_PARTNER_OPER_PORT_STATE
                _ => slave,
            };
        }

        return slave;
    }
}
