using System.Buffers.Binary;
using System.Net;
using Skydive.Contracts.Flows;
using Skydive.Packets;
using Skydive.Packets.Collectors;

namespace Skydive.Agent.Captures.Targets;

/// <summary>Turns flows into records of exporters.</summary>
internal static class FlowRecords
{
    private const long NanosecondsPerMillisecond = 1_000_000;
    private const int EthernetLength = 14;
    private const int TagLength = 4;

    /// <summary>What a record says of a protocol that the flow does not name: 255 is reserved (IANA protocol numbers).</summary>
    private const byte UnknownProtocol = 255;

    // Request and reply of a kind; the same number where there is no reply.
    private static readonly Dictionary<string, (byte There, byte Back)> s_icmpV4 = new(StringComparer.Ordinal)
    {
        ["ECHO"] = (8, 0), ["DESTINATION_UNREACHABLE"] = (3, 3), ["SOURCE_QUENCH"] = (4, 4), ["REDIRECT"] = (5, 5), ["ROUTER"] = (10, 9),
        ["TIME_EXCEEDED"] = (11, 11), ["PARAMETER_PROBLEM"] = (12, 12), ["TIMESTAMP"] = (13, 14), ["INFO"] = (15, 16), ["ADDRESS_MASK"] = (17, 18),
    };

    private static readonly Dictionary<string, (byte There, byte Back)> s_icmpV6 = new(StringComparer.Ordinal)
    {
        ["ECHO"] = (128, 129), ["DESTINATION_UNREACHABLE"] = (1, 1), ["PACKET_TOO_BIG"] = (2, 2), ["TIME_EXCEEDED"] = (3, 3), ["PARAMETER_PROBLEM"] = (4, 4),
        ["ROUTER"] = (133, 134), ["NEIGHBOR"] = (135, 136), ["REDIRECT"] = (137, 137),
    };

    /// <summary>Whether a flow has counted anything since it was sent before.</summary>
    public static bool HasCounted(Flow flow) => (flow.LastUpdateMetric ?? flow.Metric) is { } metric && metric.ABPackets + metric.BAPackets > 0;

    /// <summary>Makes records of what a flow counted since it was sent before.</summary>
    /// <param name="flow">The flow.</param>
    /// <param name="records">Room for two: one from A to B, one from B to A.</param>
    /// <returns>How many there are; none for a direction without packets, and for a flow without addresses of IP.</returns>
    public static int Convert(Flow flow, Span<NetFlowRecord> records)
    {
        if ((flow.LastUpdateMetric ?? flow.Metric) is not { } metric || flow.Network is not { } network)
        {
            return 0;
        }

        var there = new NetFlowRecord
        {
            StartNanoseconds = Math.Max(flow.Start, metric.Start) * NanosecondsPerMillisecond,
            LastNanoseconds = flow.Last * NanosecondsPerMillisecond,
            SourcePort = (ushort)(flow.Transport?.A ?? 0),
            DestinationPort = (ushort)(flow.Transport?.B ?? 0),
            Protocol = ProtocolOf(flow),
            Vlan = (ushort)((flow.Link?.ID ?? 0) & 0xfff),
            TcpFlags = FlagsOf(flow),
            SamplingRate = 1,
        };
        if (!TryReadAddress(network.A, out there.Network, out there.SourceHigh, out there.SourceLow)
            || !TryReadAddress(network.B, out _, out there.DestinationHigh, out there.DestinationLow))
        {
            return 0;
        }

        there.StartNanoseconds = Math.Min(there.StartNanoseconds, there.LastNanoseconds);
        if (MacAddress.TryParse(flow.Link?.A, out var a) && MacAddress.TryParse(flow.Link?.B, out var b))
        {
            there.SourceMac = a.Value;
            there.DestinationMac = b.Value;
        }

        var back = there;
        (back.SourceHigh, back.DestinationHigh) = (there.DestinationHigh, there.SourceHigh);
        (back.SourceLow, back.DestinationLow) = (there.DestinationLow, there.SourceLow);
        (back.SourceMac, back.DestinationMac) = (there.DestinationMac, there.SourceMac);
        (back.SourcePort, back.DestinationPort) = (there.DestinationPort, there.SourcePort);
        if (flow.ICMP is { } icmp)
        {
            (there.IcmpType, back.IcmpType) = (there.Network == LayerType.IPv4 ? s_icmpV4 : s_icmpV6).GetValueOrDefault(icmp.Type);
            there.IcmpCode = back.IcmpCode = (byte)icmp.Code;
        }

        int count = 0;
        int headers = HeadersBeforeNetwork(flow);
        if (metric.ABPackets > 0)
        {
            there.Packets = metric.ABPackets;
            there.Bytes = Math.Max(0, metric.ABBytes - (metric.ABPackets * headers));
            records[count++] = there;
        }

        if (metric.BAPackets > 0)
        {
            back.Packets = metric.BAPackets;
            back.Bytes = Math.Max(0, metric.BABytes - (metric.BAPackets * headers));
            records[count++] = back;
        }

        return count;
    }

    private static bool TryReadAddress(string text, out LayerType network, out ulong high, out ulong low)
    {
        network = LayerType.None;
        high = 0;
        low = 0;
        if (!IPAddress.TryParse(text, out var address))
        {
            return false;
        }

        Span<byte> bytes = stackalloc byte[16];
        address.TryWriteBytes(bytes, out int length);
        network = length == 4 ? LayerType.IPv4 : LayerType.IPv6;
        high = length == 4 ? 0 : BinaryPrimitives.ReadUInt64BigEndian(bytes);
        low = length == 4 ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt64BigEndian(bytes[8..]);
        return true;
    }

    /// <summary>Exporters count from the network layer on, flows from the link layer on.</summary>
    private static int HeadersBeforeNetwork(Flow flow)
    {
        if (flow.Link is null)
        {
            return 0;
        }

        int length = EthernetLength;
        foreach (var layer in flow.LayersPath.AsSpan().Split('/'))
        {
            length += flow.LayersPath.AsSpan(layer) is "Dot1Q" ? TagLength : 0;
        }

        return length;
    }

    private static byte ProtocolOf(Flow flow)
    {
        bool isBehindNetwork = false;
        foreach (var range in flow.LayersPath.AsSpan().Split('/'))
        {
            var layer = flow.LayersPath.AsSpan(range);
            if (!isBehindNetwork)
            {
                isBehindNetwork = layer is "IPv4" or "IPv6";
                continue;
            }

            byte? protocol = layer switch
            {
                "TCP" => IpProtocol.Tcp,
                "UDP" => IpProtocol.Udp,
                "UDPLite" => IpProtocol.UdpLite,
                "SCTP" => IpProtocol.Sctp,
                "ICMPv4" => IpProtocol.Icmp,
                "GRE" => IpProtocol.Gre,
                "VRRP" => IpProtocol.Vrrp,
                "IGMP" => IpProtocol.Igmp,
                "OSPF" => IpProtocol.Ospf,
                "IPSecAH" => IpProtocol.AuthenticationHeader,
                "IPSecESP" => IpProtocol.EncapsulatingSecurityPayload,
                "MPLS" => IpProtocol.Mpls,
                _ when layer.StartsWith("ICMPv6") || layer.StartsWith("MLD") => IpProtocol.IcmpV6,
                _ => null,
            };
            if (protocol is { } known)
            {
                return known;
            }
        }

        return UnknownProtocol;
    }

    // Flows do not keep all flags: those that tell of begin and end.
    private static TcpFlags FlagsOf(Flow flow)
    {
        var flags = flow.FinishType switch
        {
            FinishType.TcpFin => TcpFlags.Fin | TcpFlags.Ack,
            FinishType.TcpRst => TcpFlags.Rst,
            _ => TcpFlags.None,
        };
        return flow.TCPMetric is { ABSynStart: > 0 } tcp && tcp.ABSynStart >= (flow.LastUpdateMetric?.Start ?? 0) ? flags | TcpFlags.Syn : flags;
    }
}
