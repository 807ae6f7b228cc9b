using System.Net;
using System.Runtime.InteropServices;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWNEIGH</c> and <c>RTM_DELNEIGH</c>: <c>struct ndmsg</c> (family, 3 bytes of padding, index, state, flags, type: 12
/// bytes), then attributes.
/// </summary>
internal sealed class NeighbourDecoder() : RtnetlinkDecoder<NeighbourMessage>(RtnetlinkMessageType.NewNeighbour, HeaderSize)
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

    internal static NeighbourDecoder Instance { get; } = new();

    /// <inheritdoc/>
    protected override NeighbourMessage? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        IPAddress? destination = null;
        HardwareAddress address = default;
        int? vlan = null;
        int? port = null;
        uint? vni = null;
        int via = 0;
        int master = 0;
        uint flags = header[10];
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

        return new NeighbourMessage
        {
            Family = header[0],
            Index = MemoryMarshal.Read<int>(header[4..]),
            State = (NeighbourStates)MemoryMarshal.Read<ushort>(header[8..]),
            Flags = (NeighbourFlags)flags,
            Type = (RouteType)header[11],
            Destination = destination,
            Address = address,
            VlanId = vlan,
            Port = port,
            Vni = vni,
            ViaIndex = via,
            MasterIndex = master,
        };
    }
}
