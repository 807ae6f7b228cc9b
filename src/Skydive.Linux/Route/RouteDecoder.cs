using System.Net;
using System.Runtime.InteropServices;
using Skydive.Linux.Netlink;

namespace Skydive.Linux.Route;

/// <summary>
/// Decodes <c>RTM_NEWROUTE</c> and <c>RTM_DELROUTE</c>: <c>struct rtmsg</c> (family, lengths of destination and source, TOS, table,
/// protocol, scope, type, flags: 12 bytes), then attributes.
/// </summary>
internal sealed class RouteDecoder : INetlinkDecoder<RouteMessage>
{
    private const int HeaderSize = 12;
    private const int NextHopHeaderSize = 8;
    private const int AttributeDestination = 1; // RTA_DST
    private const int AttributeSource = 2; // RTA_SRC
    private const int AttributeInput = 3; // RTA_IIF
    private const int AttributeOutput = 4; // RTA_OIF
    private const int AttributeGateway = 5; // RTA_GATEWAY
    private const int AttributePriority = 6; // RTA_PRIORITY
    private const int AttributePreferredSource = 7; // RTA_PREFSRC
    private const int AttributeMultipath = 9; // RTA_MULTIPATH
    private const int AttributeTable = 15; // RTA_TABLE
    private const int AttributeVia = 18; // RTA_VIA
    private const int AttributeNextHopId = 30; // RTA_NH_ID

    private RouteDecoder()
    {
    }

    internal static RouteDecoder Instance { get; } = new();

    /// <inheritdoc/>
    public NetlinkFault Decode(in NetlinkMessage message, out RouteMessage? result)
    {
        result = null;
        if (message.Type is not (RtnetlinkMessageType.NewRoute or RtnetlinkMessageType.DeleteRoute))
        {
            return NetlinkFault.None;
        }

        ReadOnlySpan<byte> payload = message.Payload;
        if (payload.Length < HeaderSize)
        {
            return NetlinkFault.TruncatedHeader;
        }

        IPAddress? destination = null;
        IPAddress? source = null;
        IPAddress? preferredSource = null;
        IPAddress? gateway = null;
        int input = 0;
        int output = 0;
        uint priority = 0;
        uint table = payload[4];
        uint nextHopId = 0;
        IReadOnlyList<RouteNextHop> nextHops = [];
        var attributes = new NetlinkAttributeReader(payload[HeaderSize..]);
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

        if (attributes.Fault != NetlinkFault.None)
        {
            return attributes.Fault;
        }

        result = new RouteMessage
        {
            Family = payload[0],
            DestinationPrefixLength = payload[1],
            SourcePrefixLength = payload[2],
            Table = table,
            Protocol = payload[5],
            Scope = payload[6],
            Type = (RouteType)payload[7],
            Flags = MemoryMarshal.Read<uint>(payload[8..]),
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
        return NetlinkFault.None;
    }

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
