using System.Buffers.Binary;
using Skydive.Linux.Ebpf;
using Skydive.Packets;
using Skydive.Packets.Collectors;

namespace Skydive.Agent.Captures.Sources;

/// <summary>
/// Writes the headers that packets of a flow have which another has counted, so that a flow table finds the same flow as with packets. What only packets
/// would tell, such as what is in a tunnel, is not in them.
/// </summary>
internal static class FlowHeaders
{
    /// <summary>Room for all that is written: Ethernet, tags, IPv6 with options, TCP.</summary>
    public const int MaximumLength = 14 + (4 * 4) + 40 + 8 + 20;

    private const ushort EtherTypeIPv4 = 0x0800;
    private const ushort EtherTypeArp = 0x0806;
    private const ushort EtherTypeVlan = 0x8100;
    private const ushort EtherTypeIPv6 = 0x86dd;
    private const ushort MoreFragments = 0x2000;

    /// <summary>Writes the headers of what was counted in the kernel.</summary>
    /// <param name="key">What was counted.</param>
    /// <param name="isEthernet">Whether packets begin with an Ethernet header.</param>
    /// <param name="target">Room for <see cref="MaximumLength"/> bytes.</param>
    /// <returns>The headers.</returns>
    public static unsafe ReadOnlySpan<byte> Write(in FlowCounterKey key, bool isEthernet, Span<byte> target)
    {
        target.Clear();
        int length = 0;
        fixed (FlowCounterKey* pinned = &key)
        {
            if (isEthernet)
            {
                new ReadOnlySpan<byte>(pinned->MacAddresses, 12).CopyTo(target);
                length = WriteTags(target, key.Vlans, key.VlanCount, key.EtherType);
            }

            var source = new ReadOnlySpan<byte>(pinned->SourceAddress, 16);
            var destination = new ReadOnlySpan<byte>(pinned->DestinationAddress, 16);
            if (key.EtherType == EtherTypeArp)
            {
                length += WriteArp(target[length..]);
            }
            else if (key.EtherType is EtherTypeIPv4 or EtherTypeIPv6 && (source.ContainsAnyExcept((byte)0) || destination.ContainsAnyExcept((byte)0)))
            {
                // A packet that ended before its addresses has none in the key.
                length += WriteNetwork(target[length..], key.EtherType, source, destination, key.Protocol, key.IsFragment, key.HasHopByHop);
                if (!key.IsFragment)
                {
                    length += WriteTransport(target[length..], key.Protocol, key.HasEndpoints ? new(pinned->Endpoints, 4) : default);
                }
            }
        }

        return target[..length];
    }

    /// <summary>Writes the headers of what an exporter counted.</summary>
    /// <param name="record">What was counted.</param>
    /// <param name="target">Room for <see cref="MaximumLength"/> bytes.</param>
    /// <param name="linkType">What the headers begin with.</param>
    /// <returns>The headers; none when the record has no addresses of any kind.</returns>
    public static ReadOnlySpan<byte> Write(in NetFlowRecord record, Span<byte> target, out LinkType linkType)
    {
        target.Clear();
        bool hasMac = record.SourceMac != 0 || record.DestinationMac != 0;
        linkType = hasMac ? LinkType.Ethernet : LinkType.Raw;
        ushort etherType = record.Network switch
        {
            LayerType.IPv4 => EtherTypeIPv4,
            LayerType.IPv6 => EtherTypeIPv6,
            _ => 0,
        };
        int length = 0;
        if (hasMac)
        {
            new MacAddress(record.DestinationMac).CopyTo(target);
            new MacAddress(record.SourceMac).CopyTo(target[6..]);
            length = WriteTags(target, record.Vlan, record.Vlan == 0 ? 0 : 1, etherType);
        }

        if (etherType == 0)
        {
            return target[..length];
        }

        Span<byte> source = stackalloc byte[16];
        Span<byte> destination = stackalloc byte[16];
        if (etherType == EtherTypeIPv4)
        {
            BinaryPrimitives.WriteUInt32BigEndian(source, (uint)record.SourceLow);
            BinaryPrimitives.WriteUInt32BigEndian(destination, (uint)record.DestinationLow);
        }
        else
        {
            BinaryPrimitives.WriteUInt64BigEndian(source, record.SourceHigh);
            BinaryPrimitives.WriteUInt64BigEndian(source[8..], record.SourceLow);
            BinaryPrimitives.WriteUInt64BigEndian(destination, record.DestinationHigh);
            BinaryPrimitives.WriteUInt64BigEndian(destination[8..], record.DestinationLow);
        }

        length += WriteNetwork(target[length..], etherType, source, destination, record.Protocol, isFragment: false, hasHopByHop: false);
        Span<byte> endpoints = stackalloc byte[4];
        if (record.Protocol is IpProtocol.Icmp or IpProtocol.IcmpV6)
        {
            endpoints[0] = record.IcmpType;
            endpoints[1] = record.IcmpCode;
        }
        else
        {
            BinaryPrimitives.WriteUInt16BigEndian(endpoints, record.SourcePort);
            BinaryPrimitives.WriteUInt16BigEndian(endpoints[2..], record.DestinationPort);
        }

        length += WriteTransport(target[length..], record.Protocol, endpoints);
        return target[..length];
    }

    private static int WriteTags(Span<byte> target, ulong identifiers, int count, ushort etherType)
    {
        int length = 12;
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(target[length..], EtherTypeVlan);
            BinaryPrimitives.WriteUInt16BigEndian(target[(length + 2)..], (ushort)((identifiers >> (12 * i)) & 0xfff));
            length += 4;
        }

        BinaryPrimitives.WriteUInt16BigEndian(target[length..], etherType);
        return length + 2;
    }

    private static int WriteArp(Span<byte> target)
    {
        BinaryPrimitives.WriteUInt16BigEndian(target, 1);
        BinaryPrimitives.WriteUInt16BigEndian(target[2..], EtherTypeIPv4);
        target[4] = 6;
        target[5] = 4;
        target[7] = 1;
        return 28;
    }

    private static int WriteNetwork(
        Span<byte> target, ushort etherType, ReadOnlySpan<byte> source, ReadOnlySpan<byte> destination, byte protocol, bool isFragment, bool hasHopByHop)
    {
        int transport = TransportLength(protocol);
        if (etherType == EtherTypeIPv4)
        {
            target[0] = 0x45;
            BinaryPrimitives.WriteUInt16BigEndian(target[2..], (ushort)(20 + transport));
            BinaryPrimitives.WriteUInt16BigEndian(target[6..], isFragment ? MoreFragments : (ushort)0);
            target[8] = 64;
            target[9] = protocol;
            source[..4].CopyTo(target[12..]);
            destination[..4].CopyTo(target[16..]);
            return 20;
        }

        int options = hasHopByHop ? 8 : 0;
        target[0] = 0x60;
        BinaryPrimitives.WriteUInt16BigEndian(target[4..], (ushort)(options + transport));
        target[6] = hasHopByHop ? IpProtocol.HopByHop : protocol;
        target[7] = 64;
        source.CopyTo(target[8..]);
        destination.CopyTo(target[24..]);
        if (hasHopByHop)
        {
            target[40] = protocol;
            target[42] = 1;
            target[43] = 4;
        }

        return 40 + options;
    }

    private static int TransportLength(byte protocol) => protocol switch
    {
        IpProtocol.Tcp => 20,
        IpProtocol.Udp or IpProtocol.Icmp or IpProtocol.IcmpV6 => 8,
        IpProtocol.Sctp => 12,
        IpProtocol.Gre => 4,
        _ => 0,
    };

    private static int WriteTransport(Span<byte> target, byte protocol, ReadOnlySpan<byte> endpoints)
    {
        int length = TransportLength(protocol);
        if (endpoints.IsEmpty)
        {
            return protocol == IpProtocol.Gre ? length : 0;
        }

        switch (protocol)
        {
            case IpProtocol.Tcp:
                endpoints.CopyTo(target);
                target[12] = 0x50;
                break;
            case IpProtocol.Udp:
                endpoints.CopyTo(target);
                BinaryPrimitives.WriteUInt16BigEndian(target[4..], 8);
                break;
            case IpProtocol.Sctp:
                endpoints.CopyTo(target);
                break;
            case IpProtocol.Icmp or IpProtocol.IcmpV6:
                endpoints[..2].CopyTo(target);
                endpoints[2..].CopyTo(target[4..]);
                break;
        }

        return length;
    }
}
