using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// What <c>IFLA_LINKINFO</c> holds: the kind, and data whose meaning depends on the kind, which the kernel sends first.
/// </summary>
internal struct LinkInfo
{
    internal string? Kind;
    internal string? SlaveKind;
    internal int? VlanId;
    internal int? VlanProtocol;
    internal int? VxlanId;
    internal int? BondMode;
    internal BondSlave? BondSlave;
    internal int? BridgePortState;

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
                    info.ReadData(ref data);
                    attributes.Absorb(data);
                    break;
                case LinkAttribute.InfoSlaveData:
                    data = attributes.ReadNested();
                    info.ReadSlaveData(ref data);
                    attributes.Absorb(data);
                    break;
            }
        }

        return info;
    }

    private void ReadData(ref NetlinkAttributeReader data)
    {
        switch (Kind)
        {
            case "vlan":
                while (data.MoveNext())
                {
                    switch (data.Type)
                    {
                        case LinkAttribute.VlanId:
                            VlanId = data.ReadUInt16();
                            break;
                        case LinkAttribute.VlanProtocol:
                            VlanProtocol = data.ReadUInt16BigEndian();
                            break;
                    }
                }

                break;
            case "vxlan":
                while (data.MoveNext())
                {
                    if (data.Type == LinkAttribute.VxlanId)
                    {
                        VxlanId = data.ReadInt32();
                    }
                }

                break;
            case "bond":
                while (data.MoveNext())
                {
                    if (data.Type == LinkAttribute.BondMode)
                    {
                        BondMode = data.ReadByte();
                    }
                }

                break;
        }
    }

    private void ReadSlaveData(ref NetlinkAttributeReader data)
    {
        switch (SlaveKind)
        {
            case "bridge":
                while (data.MoveNext())
                {
                    if (data.Type == LinkAttribute.BridgePortState)
                    {
                        BridgePortState = data.ReadByte();
                    }
                }

                break;
            case "bond":
                BondSlave = ReadBondSlave(ref data);
                break;
        }
    }

    private static BondSlave ReadBondSlave(ref NetlinkAttributeReader data)
    {
        var slave = new BondSlave();
        while (data.MoveNext())
        {
            slave = data.Type switch
            {
                LinkAttribute.BondSlaveState => slave with { State = data.ReadByte() },
                LinkAttribute.BondSlaveMiiStatus => slave with { MiiStatus = data.ReadByte() },
                LinkAttribute.BondSlaveLinkFailureCount => slave with { LinkFailureCount = data.ReadUInt32() },
                LinkAttribute.BondSlavePermanentAddress => slave with { PermanentAddress = HardwareAddress.FromKernel(data.Value) },
                LinkAttribute.BondSlaveQueueId => slave with { QueueId = data.ReadUInt16() },
                LinkAttribute.BondSlaveAggregatorId => slave with { AggregatorId = data.ReadUInt16() },
                LinkAttribute.BondSlaveActorState => slave with { ActorPortState = data.ReadByte() },
                LinkAttribute.BondSlavePartnerState => slave with { PartnerPortState = data.ReadUInt16() },
                _ => slave,
            };
        }

        return slave;
    }
}
