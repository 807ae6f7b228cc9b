using System.Net;
using System.Runtime.InteropServices;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWNEXTHOP</c> and <c>RTM_DELNEXTHOP</c>: <c>struct nhmsg</c> (family, scope, protocol, padding, flags: 8 bytes), then
/// attributes.
/// </summary>
internal sealed class NextHopDecoder() : RtnetlinkDecoder<NextHopMessage>(RtnetlinkMessageType.NewNextHop, HeaderSize)
{
    internal const int HeaderSize = 8;

    private const int MemberSize = 8; // struct nexthop_grp: id of 32 bits, weight in two bytes, padding
    private const int AttributeId = 1; // NHA_ID
    private const int AttributeGroup = 2; // NHA_GROUP
    private const int AttributeBlackhole = 4; // NHA_BLACKHOLE
    private const int AttributeOutput = 5; // NHA_OIF
    private const int AttributeGateway = 6; // NHA_GATEWAY

    internal static NextHopDecoder Instance { get; } = new();

    /// <inheritdoc/>
    protected override NextHopMessage? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        uint id = 0;
        IPAddress? gateway = null;
        int output = 0;
        bool isBlackhole = false;
        IReadOnlyList<NextHopMember> group = [];
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case AttributeId:
                    id = attributes.ReadUInt32();
                    break;
                case AttributeGroup:
                    group = ReadGroup(ref attributes);
                    break;
                case AttributeBlackhole:
                    isBlackhole = true;
                    break;
                case AttributeOutput:
                    output = attributes.ReadInt32();
                    break;
                case AttributeGateway:
                    gateway = KernelAddress.Read(attributes.Value);
                    break;
            }
        }

        return new NextHopMessage
        {
            Id = id,
            Family = header[0],
            Protocol = header[2],
            Flags = MemoryMarshal.Read<uint>(header[4..]),
            Gateway = gateway,
            OutputIndex = output,
            IsBlackhole = isBlackhole,
            Group = group,
        };
    }

    private static NextHopMember[] ReadGroup(ref NetlinkAttributeReader attributes)
    {
        ReadOnlySpan<byte> value = attributes.Value;
        if (value.Length % MemberSize != 0)
        {
            attributes.SetFault(NetlinkFault.ValueTooShort);
            return [];
        }

        var members = new NextHopMember[value.Length / MemberSize];
        for (int i = 0; i < members.Length; i++)
        {
            ReadOnlySpan<byte> member = value.Slice(i * MemberSize, MemberSize);

            // The upper byte of the weight is in use since 6.12, and zero before.
            members[i] = new NextHopMember(MemoryMarshal.Read<uint>(member), member[4] + (member[5] << 8) + 1);
        }

        return members;
    }
}
