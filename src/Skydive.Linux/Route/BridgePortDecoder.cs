using System.Runtime.InteropServices;
using Skydive.Linux.Interop;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWLINK</c> and <c>RTM_DELLINK</c> of family <c>AF_BRIDGE</c>: the same structure as for links, then few attributes, among
/// them the VLANs.
/// </summary>
internal sealed class BridgePortDecoder() : RtnetlinkDecoder<BridgePortMessage>(RtnetlinkMessageType.NewLink, LinkHeader.Size)
{
    private const int BridgeVlanInfo = 2; // IFLA_BRIDGE_VLAN_INFO
    private const int VlanInfoSize = 4; // struct bridge_vlan_info: flags and VLAN of 16 bits
    private const ushort FlagNative = 0x2; // BRIDGE_VLAN_INFO_PVID
    private const ushort FlagUntagged = 0x4; // BRIDGE_VLAN_INFO_UNTAGGED
    private const ushort FlagRangeBegin = 0x8; // BRIDGE_VLAN_INFO_RANGE_BEGIN
    private const ushort FlagRangeEnd = 0x10; // BRIDGE_VLAN_INFO_RANGE_END

    internal static BridgePortDecoder Instance { get; } = new();

    /// <summary>Whether a message about links is one about a port of a bridge.</summary>
    internal static bool IsBridgePort(in NetlinkMessage message) =>
        !message.Payload.IsEmpty && message.Payload[0] == Constants.AddressFamilyBridge;

    /// <inheritdoc/>
    protected override bool IsKnown(in NetlinkMessage message) => base.IsKnown(message) && IsBridgePort(message);

    /// <inheritdoc/>
    protected override BridgePortMessage? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        string name = string.Empty;
        int master = 0;
        List<BridgeVlanRange>? vlans = null;
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case LinkAttribute.Name:
                    name = TextCache.Get(attributes.Text());
                    break;
                case LinkAttribute.Master:
                    master = attributes.ReadInt32();
                    break;
                case LinkAttribute.FamilyDetails:
                    NetlinkAttributeReader details = attributes.ReadNested();
                    ReadVlans(ref details, ref vlans);
                    attributes.Absorb(details);
                    break;
            }
        }

        return new BridgePortMessage
        {
            Index = MemoryMarshal.Read<int>(header[4..]),
            Name = name,
            MasterIndex = master,
            Vlans = vlans is null ? [] : vlans.ToArray(),
        };
    }

    /// <summary>Reads the VLANs; consecutive ones with the same flags are sent as their first and last only.</summary>
    private static void ReadVlans(ref NetlinkAttributeReader attributes, ref List<BridgeVlanRange>? vlans)
    {
        int? first = null;
        while (attributes.MoveNext())
        {
            if (attributes.Type != BridgeVlanInfo)
            {
                continue;
            }

            if (attributes.Value.Length < VlanInfoSize)
            {
                attributes.SetFault(NetlinkFault.ValueTooShort);
                return;
            }

            ushort flags = MemoryMarshal.Read<ushort>(attributes.Value);
            int vlan = MemoryMarshal.Read<ushort>(attributes.Value[2..]);
            if ((flags & FlagRangeBegin) != 0)
            {
                first = vlan;
                continue;
            }

            int begin = (flags & FlagRangeEnd) != 0 ? first ?? vlan : vlan;
            first = null;
            (vlans ??= []).Add(new BridgeVlanRange(begin, vlan, (flags & FlagNative) != 0, (flags & FlagUntagged) != 0));
        }
    }
}
