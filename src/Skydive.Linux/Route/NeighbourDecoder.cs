using System.Net;
using System.Runtime.InteropServices;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWNEIGH</c> and <c>RTM_DELNEIGH</c>: <c>struct ndmsg</c> (family, 3 bytes of padding, index, state, flags, type: 12
/// bytes), then attributes.
/// </summary>
internal sealed class NeighbourDecoder : INetlinkDecoder<NeighbourMessage>
{
    private const int HeaderSize = 12;
    private const int AttributeDestination = 1; // NDA_DST
    private const int AttributeAddress = 2; // NDA_LLADDR
    private const int AttributeVlan = 5; // NDA_VLAN
    private const int AttributePort = 6; // NDA_PORT
    private const int AttributeVni = 7; // NDA_VNI
    private const int AttributeVia = 8; // NDA_IFINDEX
    private const int AttributeMaster = 9; // NDA_MASTER
    private const int AttributeExtendedFlags = 15; // NDA_FLAGS_EXT
    private const int ExtendedFlagsShift = 8; // NTF_EXT_SHIFT

    private NeighbourDecoder()
    {
    }

    internal static NeighbourDecoder Instance { get; } = new();

    /// <inheritdoc/>
    public NetlinkFault Decode(in NetlinkMessage message, out NeighbourMessage? result)
    {
        result = null;
        if (message.Type is not (RtnetlinkMessageType.NewNeighbour or RtnetlinkMessageType.DeleteNeighbour))
        {
            return NetlinkFault.None;
        }

        ReadOnlySpan<byte> payload = message.Payload;
        if (payload.Length < HeaderSize)
        {
            return NetlinkFault.TruncatedHeader;
        }

        IPAddress? destination = null;
        HardwareAddress address = default;
        int? vlan = null;
        int? port = null;
        uint? vni = null;
        int via = 0;
        int master = 0;
        uint flags = payload[10];
        var attributes = new NetlinkAttributeReader(payload[HeaderSize..]);
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case AttributeDestination:
                    destination = KernelAddress.Read(attributes.Value);
                    break;
                case AttributeAddress:
                    address = HardwareAddress.FromKernel(attributes.Value);
                    break;
                case AttributeVlan:
                    vlan = attributes.ReadUInt16();
                    break;
                case AttributePort:
                    port = attributes.ReadUInt16BigEndian();
                    break;
                case AttributeVni:
                    vni = attributes.ReadUInt32();
                    break;
                case AttributeVia:
                    via = attributes.ReadInt32();
                    break;
                case AttributeMaster:
                    master = attributes.ReadInt32();
                    break;
                case AttributeExtendedFlags:
                    flags |= attributes.ReadUInt32() << ExtendedFlagsShift;
                    break;
            }
        }

        if (attributes.Fault != NetlinkFault.None)
        {
            return attributes.Fault;
        }

        result = new NeighbourMessage
        {
            Family = payload[0],
            Index = MemoryMarshal.Read<int>(payload[4..]),
            State = (NeighbourStates)MemoryMarshal.Read<ushort>(payload[8..]),
            Flags = (NeighbourFlags)flags,
            Type = (RouteType)payload[11],
            Destination = destination,
            Address = address,
            VlanId = vlan,
            Port = port,
            Vni = vni,
            ViaIndex = via,
            MasterIndex = master,
        };
        return NetlinkFault.None;
    }
}
