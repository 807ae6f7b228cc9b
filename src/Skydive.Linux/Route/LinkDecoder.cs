using System.Runtime.InteropServices;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWLINK</c> and <c>RTM_DELLINK</c>: <c>struct ifinfomsg</c> (family, hardware type, index, flags, change mask: 16 bytes),
/// then attributes. Unknown attributes are passed over.
/// </summary>
/// <remarks>Allocates the message, and strings that no other link had; statistics only when asked for. Any thread.</remarks>
internal sealed class LinkDecoder : INetlinkDecoder<LinkMessage>
{
    private const int HeaderSize = 16;

    private readonly bool _withStatistics;

    private LinkDecoder(bool withStatistics) => _withStatistics = withStatistics;

    internal static LinkDecoder Plain { get; } = new(withStatistics: false);

    internal static LinkDecoder WithStatistics { get; } = new(withStatistics: true);

    /// <inheritdoc/>
    public NetlinkFault Decode(in NetlinkMessage message, out LinkMessage? result)
    {
        result = null;
        if (message.Type is not (RtnetlinkMessageType.NewLink or RtnetlinkMessageType.DeleteLink))
        {
            return NetlinkFault.None;
        }

        ReadOnlySpan<byte> payload = message.Payload;
        if (payload.Length < HeaderSize)
        {
            return NetlinkFault.TruncatedHeader;
        }

        string name = string.Empty;
        HardwareAddress address = default;
        HardwareAddress permanentAddress = default;
        int mtu = 0;
        int master = 0;
        int link = 0;
        int? linkNamespace = null;
        int? newNamespace = null;
        int newIndex = 0;
        bool? carrier = null;
        uint carrierChanges = 0;
        uint queueLength = 0;
        uint promiscuity = 0;
        int virtualFunctions = 0;
        string? alias = null;
        string? discipline = null;
        string? parentBus = null;
        string? parentDevice = null;
        IReadOnlyList<string> alternativeNames = [];
        var operationalState = OperationalState.Unknown;
        LinkStatistics? statistics = null;
        LinkInfo info = default;

        var attributes = new NetlinkAttributeReader(payload[HeaderSize..]);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case LinkAttribute.Address:
                    address = HardwareAddress.FromKernel(attributes.Value);
                    break;
                case LinkAttribute.Name:
                    name = TextCache.Get(attributes.Text());
                    break;
                case LinkAttribute.Mtu:
                    mtu = attributes.ReadInt32();
                    break;
                case LinkAttribute.Link:
                    link = attributes.ReadInt32();
                    break;
                case LinkAttribute.QueueingDiscipline:
                    discipline = TextCache.Get(attributes.Text());
                    break;
                case LinkAttribute.Master:
                    master = attributes.ReadInt32();
                    break;
                case LinkAttribute.TransmitQueueLength:
                    queueLength = attributes.ReadUInt32();
                    break;
                case LinkAttribute.OperationalState:
                    operationalState = (OperationalState)attributes.ReadByte();
                    break;
                case LinkAttribute.Info:
                    NetlinkAttributeReader nested = attributes.ReadNested();
                    info = LinkInfo.Read(ref nested);
                    attributes.Absorb(nested);
                    break;
                case LinkAttribute.Alias:
                    alias = attributes.ReadString();
                    break;
                case LinkAttribute.VirtualFunctionCount:
                    virtualFunctions = attributes.ReadInt32();
                    break;
                case LinkAttribute.Statistics when _withStatistics:
                    statistics = LinkStatistics.Read(attributes.Value);
                    break;
                case LinkAttribute.Promiscuity:
                    promiscuity = attributes.ReadUInt32();
                    break;
                case LinkAttribute.Carrier:
                    carrier = attributes.ReadByte() != 0;
                    break;
                case LinkAttribute.CarrierChanges:
                    carrierChanges = attributes.ReadUInt32();
                    break;
                case LinkAttribute.LinkNamespaceId:
                    linkNamespace = NonNegative(attributes.ReadInt32());
                    break;
                case LinkAttribute.NewNamespaceId:
                    newNamespace = NonNegative(attributes.ReadInt32());
                    break;
                case LinkAttribute.NewIndex:
                    newIndex = attributes.ReadInt32();
                    break;
                case LinkAttribute.Properties:
                    alternativeNames = ReadAlternativeNames(ref attributes);
                    break;
                case LinkAttribute.PermanentAddress:
                    permanentAddress = HardwareAddress.FromKernel(attributes.Value);
                    break;
                case LinkAttribute.ParentDevice:
                    parentDevice = TextCache.Get(attributes.Text());
                    break;
                case LinkAttribute.ParentBus:
                    parentBus = TextCache.Get(attributes.Text());
                    break;
            }
        }

        if (attributes.Fault != NetlinkFault.None)
        {
            return attributes.Fault;
        }

        result = new LinkMessage
        {
            Family = payload[0],
            HardwareType = (HardwareType)MemoryMarshal.Read<ushort>(payload[2..]),
            Index = MemoryMarshal.Read<int>(payload[4..]),
            Flags = (LinkFlags)MemoryMarshal.Read<uint>(payload[8..]),
            Name = name,
            Kind = info.Kind,
            SlaveKind = info.SlaveKind,
            OperationalState = operationalState,
            Address = address,
            PermanentAddress = permanentAddress,
            Mtu = mtu,
            MasterIndex = master,
            LinkIndex = link,
            LinkNamespaceId = linkNamespace,
            HasCarrier = carrier,
            CarrierChanges = carrierChanges,
            Alias = alias,
            AlternativeNames = alternativeNames,
            TransmitQueueLength = queueLength,
            Promiscuity = promiscuity,
            QueueingDiscipline = discipline,
            ParentBus = parentBus,
            ParentDevice = parentDevice,
            VirtualFunctionCount = virtualFunctions,
            VlanId = info.VlanId,
            VlanProtocol = info.VlanProtocol,
            VxlanId = info.VxlanId,
            BondMode = info.BondMode,
            BondSlave = info.BondSlave,
            BridgePortState = info.BridgePortState,
            Statistics = statistics,
            NewNamespaceId = newNamespace,
            NewIndex = newIndex,
        };
        return NetlinkFault.None;
    }

    private static int? NonNegative(int value) => value < 0 ? null : value;

    private static IReadOnlyList<string> ReadAlternativeNames(ref NetlinkAttributeReader attributes)
    {
        NetlinkAttributeReader properties = attributes.ReadNested();
        List<string>? names = null;
        while (properties.MoveNext())
        {
            if (properties.Type == LinkAttribute.AlternativeName)
            {
                (names ??= []).Add(properties.ReadString());
            }
        }

        attributes.Absorb(properties);
        return names is null ? [] : names.ToArray();
    }
}
