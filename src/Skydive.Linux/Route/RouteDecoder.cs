using System.Net;
using System.Runtime.InteropServices;
using Skydive.Linux.Interop;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWROUTE</c> and <c>RTM_DELROUTE</c>: <c>struct rtmsg</c> (family, lengths of destination and source, TOS, table,
/// protocol, scope, type, flags: 12 bytes), then attributes. What a route puts around packets (<c>RTA_ENCAP</c>) is passed over.
/// </summary>
internal sealed class RouteDecoder() : RtnetlinkDecoder<RouteMessage>(RtnetlinkMessageType.NewRoute, HeaderSize)
{
    internal const int HeaderSize = 12;
    internal const int AttributeOutput = 4; // RTA_OIF

    private const int NextHopHeaderSize = 8;
    private const int AttributeDestination = 1; // RTA_DST
    private const int AttributeSource = 2; // RTA_SRC
    private const int AttributeInput = 3; // RTA_IIF
    private const int AttributeGateway = 5; // RTA_GATEWAY
    private const int AttributePriority = 6; // RTA_PRIORITY
    private const int AttributePreferredSource = 7; // RTA_PREFSRC
    private const int AttributeMultipath = 9; // RTA_MULTIPATH
    private const int AttributeTable = 15; // RTA_TABLE
    private const int AttributeVia = 18; // RTA_VIA
    private const int AttributeNextHopId = 30; // RTA_NH_ID

    internal static RouteDecoder Instance { get; } = new();

    /// <inheritdoc/>
    protected override RouteMessage? Read(ReadOnlySpan<byte> header, ref NetlinkAttributeReader attributes)
    {
        IPAddress? destination = null;
        IPAddress? source = null;
        IPAddress? preferredSource = null;
        IPAddress? gateway = null;
        int input = 0;
        int output = 0;
        uint priority = 0;
        uint table = header[4];
        uint nextHopId = 0;
        IReadOnlyList<RouteNextHop> nextHops = [];
        while (attributes.MoveNext())
        {
            switch (attributes.Type)
            {
                case AttributeDestination:
                    destination = KernelAddress.Read(attributes.Value);
                    break;
                case AttributeSource:
                    source = KernelAddress.Read(attributes.Value);
                    break;
                case AttributeInput:
                    input = attributes.ReadInt32();
                    break;
                case AttributeOutput:
                    output = attributes.ReadInt32();
                    break;
                case AttributeGateway:
                    gateway = KernelAddress.Read(attributes.Value);
                    break;
                case AttributeVia:
                    gateway = KernelAddress.ReadVia(attributes.Value);
                    break;
                case AttributePriority:
                    priority = attributes.ReadUInt32();
                    break;
                case AttributePreferredSource:
                    preferredSource = KernelAddress.Read(attributes.Value);
                    break;
                case AttributeMultipath:
                    nextHops = ReadNextHops(ref attributes);
                    break;
                case AttributeTable:
                    // The byte in the header cannot hold tables above 255.
                    table = attributes.ReadUInt32();
                    break;
                case AttributeNextHopId:
                    nextHopId = attributes.ReadUInt32();
                    break;
            }
        }

        // Others, such as MPLS, have labels where these have addresses.
        return !IsKnownFamily(header[0]) ? null : new RouteMessage
        {
            Family = header[0],
            DestinationPrefixLength = header[1],
            SourcePrefixLength = header[2],
            Tos = header[3],
            Table = table,
            Protocol = header[5],
            Scope = header[6],
            Type = (RouteType)header[7],
            Flags = MemoryMarshal.Read<uint>(header[8..]),
            Destination = destination,
            Source = source,
            PreferredSource = preferredSource,
            Gateway = gateway,
            InputIndex = input,
            OutputIndex = output,
            Priority = priority,
            NextHops = nextHops,
            NextHopId = nextHopId,
        };
    }

    private static bool IsKnownFamily(byte family) => family is Constants.AddressFamilyInet or Constants.AddressFamilyInet6
        or Constants.RouteFamilyMulticast or Constants.RouteFamilyMulticast6;

    /// <summary>
    /// Reads an array of <c>struct rtnexthop</c>: length (with attributes), flags, hops and index in 8 bytes, then attributes, each padded
    /// to 4 bytes.
    /// </summary>
    private static RouteNextHop[] ReadNextHops(ref NetlinkAttributeReader attributes)
    {
        ReadOnlySpan<byte> rest = attributes.Value;
        var hops = new List<RouteNextHop>();
        while (!rest.IsEmpty)
        {
            if (rest.Length < NextHopHeaderSize)
            {
                attributes.SetFault(NetlinkFault.TruncatedHeader);
                return [];
            }

            int length = MemoryMarshal.Read<ushort>(rest);
            if (length < NextHopHeaderSize || length > rest.Length)
            {
                attributes.SetFault(length < NextHopHeaderSize ? NetlinkFault.LengthTooSmall : NetlinkFault.LengthBeyondEnd);
                return [];
            }

            IPAddress? gateway = null;
            var nested = new NetlinkAttributeReader(rest[NextHopHeaderSize..length]);
            while (nested.MoveNext())
            {
                gateway = nested.Type switch
                {
                    AttributeGateway => KernelAddress.Read(nested.Value),
                    AttributeVia => KernelAddress.ReadVia(nested.Value),
                    _ => gateway,
                };
            }

            if (nested.Fault != NetlinkFault.None)
            {
                attributes.Absorb(nested);
                return [];
            }

            hops.Add(new RouteNextHop
            {
                Flags = rest[2],
                Weight = rest[3] + 1,
                Index = MemoryMarshal.Read<int>(rest[4..]),
                Gateway = gateway,
            });
            rest = rest[Math.Min((length + 3) & ~3, rest.Length)..];
        }

        return [.. hops];
    }
}
