using System.Runtime.InteropServices;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWLINK</c> and <c>RTM_DELLINK</c>: <c>struct ifinfomsg</c> (family, hardware type, index, flags, change mask: 16 bytes),
/// then attributes. Unknown attributes, and messages about bridge ports (<see cref="BridgePortDecoder"/>), are passed over.
/// </summary>
/// <remarks>Allocates the message, and strings that no other link had; statistics only when asked for. Any thread.</remarks>
internal sealed class LinkDecoder : RtnetlinkDecoder<LinkMessage>
{
    private readonly bool _withStatistics;

    private LinkDecoder(bool withStatistics)
        : base(RtnetlinkMessageType.NewLink, LinkHeader.Size) => _withStatistics = withStatistics;

    internal static LinkDecoder Plain { get; } = new(withStatistics: false);

    internal static LinkDecoder WithStatistics { get; } = new(withStatistics: true);

    /// <inheritdoc/>
    protected override bool IsKnown(in NetlinkMessage message) => base.IsKnown(message) && !BridgePortDecoder.IsBridgePort(message);

    /// <inheritdoc/>
    protected override LinkMessage? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        var hardwareType = (HardwareType)MemoryMarshal.Read<ushort>(header[2..]);
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
        int virtualFunctionCount = 0;
        IReadOnlyList<VirtualFunction>? virtualFunctions = null;
        string? alias = null;
        string? discipline = null;
        string? parentBus = null;
        string? parentDevice = null;
        IReadOnlyList<string> alternativeNames = [];
        var operationalState = OperationalState.Unknown;
        LinkStatistics? statistics = null;
        LinkInfo info = default;
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
                    virtualFunctionCount = attributes.ReadInt32();
                    break;
                case LinkAttribute.VirtualFunctions:
                    virtualFunctions = VirtualFunctionReader.Read(ref attributes, hardwareType);
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

        return new LinkMessage
        {
            HardwareType = hardwareType,
            Index = MemoryMarshal.Read<int>(header[4..]),
            Flags = (LinkFlags)MemoryMarshal.Read<uint>(header[8..]),
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
            VirtualFunctionCount = virtualFunctionCount,
            VirtualFunctions = virtualFunctions,
            Details = info.Details,
            SlaveDetails = info.SlaveDetails,
            Statistics = statistics,
            NewNamespaceId = newNamespace,
            NewIndex = newIndex,
        };
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
