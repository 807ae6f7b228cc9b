using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Skydive.Packets;

/// <summary>
/// Decodes one level of encapsulation of a frame, in place: Ethernet, VLAN tags, ARP, IPv4, IPv6 with extension headers, ICMP, TCP, UDP, SCTP,
/// the headers of tunnels and the names of what else may follow. Stateless, safe to call from any thread; allocates nothing, keeps no
/// reference into the frame.
/// </summary>
/// <remarks>
/// <para>Every length is checked before it is used. A header that is cut short or contradicts itself ends the path before that layer: the
/// layers outside it still count, as the frame was seen on the wire. Checksums are not verified, since offloading leaves them undone in
/// frames captured where they are sent.</para>
/// <para>A level ends with a tunnel's header: GRE, VXLAN, Geneve, a stack of MPLS labels, or IP whose payload is IP. What it carries is decoded
/// by a second call, as <see cref="DecodedPacket"/> says. VLAN tags and PPPoE end no level.</para>
/// <para>A frame such as <c>02000000000202000000000108004500001c000040004011…</c> is Ethernet, IPv4 and UDP. Sources: IEEE 802.3 and
/// 802.1Q, RFC 791, 792, 826, 768, 2516, 2784, 2890, 3032, 4443, 7348, 8200, 8926, 9260, 9293; the tcpdump group's descriptions of the
/// cooked link types; draft-foschiano-erspan-03.</para>
/// </remarks>
public static partial class PacketDecoder
{
    private const ushort EtherTypeIPv4 = 0x0800;
    private const ushort EtherTypeArp = 0x0806;
    private const ushort EtherTypeVlan = 0x8100;
    private const ushort EtherTypeIPv6 = 0x86dd;
    private const ushort EtherTypeMpls = 0x8847;
    private const ushort EtherTypeMplsMulticast = 0x8848;
    private const ushort EtherTypePppoeDiscovery = 0x8863;
    private const ushort EtherTypePppoeSession = 0x8864;
    private const ushort EtherTypeEapol = 0x888e;
    private const ushort EtherTypeProviderVlan = 0x88a8;
    private const ushort EtherTypeLldp = 0x88cc;
    private const ushort EtherTypeOldProviderVlan = 0x9100;

    // Below this the field is the length of an IEEE 802.3 frame.
    private const ushort FirstEtherType = 0x0600;

    private const int EthernetHeaderLength = 14;
    private const int VlanHeaderLength = 4;
    private const int IPv4HeaderLength = 20;
    private const int IPv6HeaderLength = 40;
    private const int VlanIdentifierBits = 12;
    private const int MaxKeptVlanBits = 5 * VlanIdentifierBits;
    private const ulong MacMask = 0xffff_ffff_ffff;

    /// <summary>Decodes the outermost level of a frame.</summary>
    /// <param name="frame">The captured bytes, possibly fewer than were on the wire.</param>
    /// <param name="linkType">What the first bytes are.</param>
    /// <param name="tag">A VLAN tag that the kernel has cut off; it counts as the outermost one of an Ethernet frame.</param>
    /// <param name="packet">What was read.</param>
    /// <returns>False when there is neither an Ethernet header nor an IP header: nothing to make a flow of.</returns>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static bool TryDecode(ReadOnlySpan<byte> frame, LinkType linkType, VlanTag tag, out DecodedPacket packet)
    {
        packet = default;
        if (linkType == LinkType.Ethernet)
        {
            DecodeEthernet(frame, tag, ref packet);
        }
        else
        {
            DecodeOther(frame, linkType, ref packet);
        }

        return packet.HasLink || packet.Network != LayerType.None;
    }

    /// <summary>
    /// Decodes what fragments of a datagram were put together to: the path goes on behind the <see cref="LayerType.Fragment"/> of a fragment.
    /// </summary>
    /// <param name="payload">The payload of the datagram, possibly less than was on the wire; offsets in the result count from its begin.</param>
    /// <param name="length">How many bytes it had on the wire.</param>
    /// <param name="packet">One of its fragments; made that of the datagram.</param>
    public static void DecodeReassembled(ReadOnlySpan<byte> payload, int length, ref DecodedPacket packet)
    {
        int headerLength = packet.TransportOffset - packet.NetworkOffset;
        packet.Traits &= ~(PacketTraits.Fragment | PacketTraits.MoreFragments);
        packet.NetworkOffset = -headerLength;
        packet.NetworkLength = headerLength + length;
        packet.TransportOffset = 0;
        packet.PayloadOffset = 0;
        packet.PayloadEnd = payload.Length;
        DecodeTransport(payload, 0, packet.FragmentProtocol, ref packet);
    }

    /// <summary>Whether <see cref="TryDecode"/> knows a link type.</summary>
    /// <param name="linkType">The link type.</param>
    public static bool IsSupported(LinkType linkType) => Enum.IsDefined(linkType);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodeEthernet(ReadOnlySpan<byte> frame, VlanTag tag, ref DecodedPacket packet)
    {
        if (frame.Length < EthernetHeaderLength)
        {
            return;
        }

        // Two overlapping 8-byte reads give the two 6-byte addresses.
        packet.DestinationMac = BinaryPrimitives.ReadUInt64BigEndian(frame) >> 16;
        packet.SourceMac = BinaryPrimitives.ReadUInt64BigEndian(frame[4..]) & MacMask;
        packet.HasLink = true;
        packet.Path = new LayerPath(LayerType.Ethernet);
        ushort etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]);
        int offset = EthernetHeaderLength;
        if (tag.IsPresent)
        {
            packet.Path = packet.Path.Append(LayerType.Dot1Q);
            packet.VlanIdentifiers = tag.Identifier;
        }

        if (etherType is EtherTypeVlan or EtherTypeProviderVlan or EtherTypeOldProviderVlan)
        {
            DecodeVlans(frame, tag.IsPresent ? VlanIdentifierBits : 0, ref offset, ref etherType, ref packet);
        }

        packet.PayloadOffset = offset;
        packet.PayloadEnd = frame.Length;
        DecodeEtherType(frame, offset, etherType, ref packet);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void DecodeVlans(ReadOnlySpan<byte> frame, int shift, ref int offset, ref ushort etherType, ref DecodedPacket packet)
    {
        while (etherType is EtherTypeVlan or EtherTypeProviderVlan or EtherTypeOldProviderVlan)
        {
            if (frame.Length - offset < VlanHeaderLength || !TryAppend(LayerType.Dot1Q, ref packet))
            {
                // No protocol has this number: the path ends here.
                etherType = 0;
                return;
            }

            if (shift < MaxKeptVlanBits)
            {
                packet.VlanIdentifiers |= (ulong)(BinaryPrimitives.ReadUInt16BigEndian(frame[offset..]) & 0x0fff) << shift;
                shift += VlanIdentifierBits;
            }

            etherType = BinaryPrimitives.ReadUInt16BigEndian(frame[(offset + 2)..]);
            offset += VlanHeaderLength;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodeEtherType(ReadOnlySpan<byte> frame, int offset, ushort etherType, ref DecodedPacket packet)
    {
        if (etherType == EtherTypeIPv4)
        {
            DecodeIPv4(frame, offset, ref packet);
        }
        else if (etherType == EtherTypeIPv6)
        {
            DecodeIPv6(frame, offset, ref packet);
        }
        else
        {
            DecodeOtherEtherType(frame, offset, etherType, ref packet);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecodeOtherEtherType(ReadOnlySpan<byte> frame, int offset, ushort etherType, ref DecodedPacket packet)
    {
        switch (etherType)
        {
            case EtherTypeArp:
                ReadOnlySpan<byte> arp = frame[offset..];
                if (arp.Length >= 8 && arp.Length >= 8 + (2 * (arp[4] + arp[5])) && TryAppend(LayerType.ARP, ref packet))
                {
                    packet.PayloadOffset = offset + 8 + (2 * (arp[4] + arp[5]));
                }

                break;
            case EtherTypeLldp:
                TryAppend(LayerType.LLDP, ref packet);
                break;
            case EtherTypeEapol:
                TryAppend(LayerType.EAPOL, ref packet);
                break;
            case EtherTypeMpls or EtherTypeMplsMulticast:
                DecodeMpls(frame, offset, ref packet);
                break;
            case EtherTypePppoeSession or EtherTypePppoeDiscovery:
                DecodePppoe(frame, offset, isSession: etherType == EtherTypePppoeSession, ref packet);
                break;
            case > 0 and < FirstEtherType when packet.HasLink:
                DecodeLlc(frame, offset, ref packet);
                break;
        }
    }

    private static void DecodeLlc(ReadOnlySpan<byte> frame, int offset, ref DecodedPacket packet)
    {
        const byte SpanningTreeAccessPoint = 0x42;
        const byte SnapAccessPoint = 0xaa;
        const int HeaderLength = 3;
        const int SnapHeaderLength = 5;
        ReadOnlySpan<byte> header = frame[offset..];
        if (header.Length < HeaderLength || !TryAppend(LayerType.LLC, ref packet))
        {
            return;
        }

        packet.PayloadOffset = offset + HeaderLength;
        if (header[0] == SpanningTreeAccessPoint && header[1] == SpanningTreeAccessPoint)
        {
            TryAppend(LayerType.STP, ref packet);
        }
        else if (header[0] == SnapAccessPoint && header[1] == SnapAccessPoint && header.Length >= HeaderLength + SnapHeaderLength
            && TryAppend(LayerType.SNAP, ref packet))
        {
            packet.PayloadOffset += SnapHeaderLength;
            ushort etherType = BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
            bool isEtherType = (header[3] | header[4] | header[5]) == 0 && etherType >= FirstEtherType;
            if (isEtherType)
            {
                DecodeEtherType(frame, packet.PayloadOffset, etherType, ref packet);
            }
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecodeOther(ReadOnlySpan<byte> frame, LinkType linkType, ref DecodedPacket packet)
    {
        const int SllHeaderLength = 16;
        const int Sll2HeaderLength = 20;
        packet.PayloadEnd = frame.Length;
        switch (linkType)
        {
            case LinkType.LinuxSll when frame.Length >= SllHeaderLength:
                DecodeCooked(frame, SllHeaderLength, BinaryPrimitives.ReadUInt16BigEndian(frame[14..]), ref packet);
                break;
            case LinkType.LinuxSll2 when frame.Length >= Sll2HeaderLength:
                DecodeCooked(frame, Sll2HeaderLength, BinaryPrimitives.ReadUInt16BigEndian(frame), ref packet);
                break;
            case LinkType.Raw or LinkType.RawBsd or LinkType.RawOpenBsd or LinkType.IPv4 or LinkType.IPv6 when !frame.IsEmpty:
                if (frame[0] >> 4 == 4)
                {
                    DecodeIPv4(frame, 0, ref packet);
                }
                else
                {
                    DecodeIPv6(frame, 0, ref packet);
                }

                break;
        }
    }

    // The cooked header itself is not part of the path; it names no destination, so it gives no link layer either.
    private static void DecodeCooked(ReadOnlySpan<byte> frame, int offset, ushort etherType, ref DecodedPacket packet)
    {
        packet.PayloadOffset = offset;
        if (etherType is EtherTypeVlan or EtherTypeProviderVlan or EtherTypeOldProviderVlan)
        {
            DecodeVlans(frame, 0, ref offset, ref etherType, ref packet);
            packet.PayloadOffset = offset;
        }

        DecodeEtherType(frame, offset, etherType, ref packet);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodeIPv4(ReadOnlySpan<byte> frame, int offset, ref DecodedPacket packet)
    {
        const int MoreFragmentsAndOffset = 0x3fff;
        ReadOnlySpan<byte> header = frame[offset..];
        if (header.Length < IPv4HeaderLength || header[0] >> 4 != 4)
        {
            return;
        }

        int headerLength = (header[0] & 0x0f) * 4;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        if (headerLength < IPv4HeaderLength || headerLength > header.Length || (totalLength < headerLength && totalLength != 0)
            || !TryAppend(LayerType.IPv4, ref packet))
        {
            return;
        }

        packet.Network = LayerType.IPv4;
        packet.NetworkOffset = offset;
        packet.NetworkLength = totalLength;
        packet.SourceLow = BinaryPrimitives.ReadUInt32BigEndian(header[12..]);
        packet.DestinationLow = BinaryPrimitives.ReadUInt32BigEndian(header[16..]);
        packet.TimeToLive = header[8];

        // A total length of 0 is what segmentation offload leaves in frames of more than 64 KiB.
        int end = totalLength == 0 ? frame.Length : Math.Min(frame.Length, offset + totalLength);
        packet.PayloadEnd = end;
        packet.TransportOffset = offset + headerLength;
        packet.PayloadOffset = offset + headerLength;
        int fragment = BinaryPrimitives.ReadUInt16BigEndian(header[6..]) & MoreFragmentsAndOffset;
        if (fragment != 0)
        {
            NoteFragment(
                BinaryPrimitives.ReadUInt16BigEndian(header[4..]), (fragment & 0x1fff) * 8, (fragment & 0x2000) != 0, totalLength - headerLength, header[9], ref packet);
            return;
        }

        DecodeTransport(frame[..end], offset + headerLength, header[9], ref packet);
    }

    [MethodImpl(MethodImplOptions.NoInlining | MethodImplOptions.AggressiveOptimization)]
    private static void DecodeIPv6(ReadOnlySpan<byte> frame, int offset, ref DecodedPacket packet)
    {
        const int MoreFragmentsAndOffset = 0xfff9;
        ReadOnlySpan<byte> header = frame[offset..];
        if (header.Length < IPv6HeaderLength || header[0] >> 4 != 6 || !TryAppend(LayerType.IPv6, ref packet))
        {
            return;
        }

        int payloadLength = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
        packet.Network = LayerType.IPv6;
        packet.NetworkOffset = offset;
        packet.SourceHigh = BinaryPrimitives.ReadUInt64BigEndian(header[8..]);
        packet.SourceLow = BinaryPrimitives.ReadUInt64BigEndian(header[16..]);
        packet.DestinationHigh = BinaryPrimitives.ReadUInt64BigEndian(header[24..]);
        packet.DestinationLow = BinaryPrimitives.ReadUInt64BigEndian(header[32..]);
        packet.TimeToLive = header[7];

        // A payload length of 0 is a jumbogram's, or what segmentation offload leaves.
        packet.NetworkLength = payloadLength == 0 ? 0 : IPv6HeaderLength + payloadLength;
        int end = payloadLength == 0 ? frame.Length : Math.Min(frame.Length, offset + IPv6HeaderLength + payloadLength);
        packet.PayloadEnd = end;
        byte next = header[6];
        offset += IPv6HeaderLength;

        // Every turn advances by at least 8 bytes and appends a layer to a path of bounded length.
        while (next is IpProtocol.HopByHop or IpProtocol.Routing or IpProtocol.Fragment or IpProtocol.DestinationOptions)
        {
            packet.TransportOffset = offset;
            packet.PayloadOffset = offset;
            if (end - offset < 8)
            {
                return;
            }

            int length = next == IpProtocol.Fragment ? 8 : (frame[offset + 1] + 1) * 8;
            LayerType layer = next switch
            {
                IpProtocol.HopByHop => LayerType.IPv6HopByHop,
                IpProtocol.Routing => LayerType.IPv6Routing,
                IpProtocol.Fragment => LayerType.IPv6Fragment,
                _ => LayerType.IPv6Destination,
            };
            if (length > end - offset || !TryAppend(layer, ref packet))
            {
                return;
            }

            // A fragment header that says "first and last" (RFC 6946) marks a whole datagram.
            int fragment = next == IpProtocol.Fragment ? BinaryPrimitives.ReadUInt16BigEndian(frame[(offset + 2)..]) & MoreFragmentsAndOffset : 0;
            uint identification = BinaryPrimitives.ReadUInt32BigEndian(frame[(offset + 4)..]);
            next = frame[offset];
            offset += length;
            if (fragment != 0)
            {
                packet.TransportOffset = offset;
                packet.PayloadOffset = offset;
                int fragmentLength = packet.NetworkLength - (offset - packet.NetworkOffset);
                NoteFragment(identification, fragment & 0xfff8, (fragment & 1) != 0, fragmentLength, next, ref packet);
                return;
            }
        }

        packet.TransportOffset = offset;
        packet.PayloadOffset = offset;
        DecodeTransport(frame[..end], offset, next, ref packet);
    }

    private static void NoteFragment(uint identification, int fragmentOffset, bool hasMore, int length, byte protocol, ref DecodedPacket packet)
    {
        if (TryAppend(LayerType.Fragment, ref packet))
        {
            packet.Traits |= PacketTraits.Fragment | (hasMore ? PacketTraits.MoreFragments : PacketTraits.None);
            packet.FragmentIdentification = identification;
            packet.FragmentOffset = fragmentOffset;
            packet.FragmentLength = length;
            packet.FragmentProtocol = protocol;
        }
    }

    // The span ends where the network layer says that its packet ends.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void DecodeTransport(ReadOnlySpan<byte> bounded, int offset, byte protocol, ref DecodedPacket packet)
    {
        const int TcpHeaderLength = 20;
        const int UdpHeaderLength = 8;
        ReadOnlySpan<byte> header = bounded[offset..];
        if (protocol == IpProtocol.Tcp)
        {
            if (header.Length >= TcpHeaderLength && header[12] >> 4 >= 5 && TryAppend(LayerType.TCP, ref packet))
            {
                packet.Transport = LayerType.TCP;
                packet.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(header);
                packet.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
                packet.TcpSequence = BinaryPrimitives.ReadUInt32BigEndian(header[4..]);
                packet.TcpFlags = (TcpFlags)header[13];
                packet.PayloadOffset = Math.Min(bounded.Length, offset + ((header[12] >> 4) * 4));
            }
        }
        else if (protocol == IpProtocol.Udp)
        {
            if (header.Length >= UdpHeaderLength && TryAppend(LayerType.UDP, ref packet))
            {
                packet.Transport = LayerType.UDP;
                packet.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(header);
                packet.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
                packet.PayloadOffset = offset + UdpHeaderLength;
                if (IsKnownPort(packet.DestinationPort) || IsKnownPort(packet.SourcePort))
                {
                    DecodeUdpPayload(bounded, ref packet);
                }
            }
        }
        else
        {
            DecodeOtherTransport(bounded, offset, protocol, ref packet);
        }
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecodeOtherTransport(ReadOnlySpan<byte> bounded, int offset, byte protocol, ref DecodedPacket packet)
    {
        const int SctpHeaderLength = 12;
        const int IcmpHeaderLength = 8;
        const int MinAuthenticationHeaderLength = 12;
        ReadOnlySpan<byte> header = bounded[offset..];
        switch (protocol)
        {
            case IpProtocol.Icmp when packet.Network == LayerType.IPv4 && header.Length >= IcmpHeaderLength:
                if (TryAppend(LayerType.ICMPv4, ref packet))
                {
                    packet.Transport = LayerType.ICMPv4;
                    packet.IcmpType = header[0];
                    packet.IcmpCode = header[1];
                    packet.IcmpIdentifier = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
                    packet.IcmpSequence = BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
                    packet.PayloadOffset = offset + IcmpHeaderLength;
                }

                break;
            case IpProtocol.IcmpV6 when packet.Network == LayerType.IPv6:
                DecodeIcmpV6(header, offset, ref packet);
                break;
            case IpProtocol.Sctp when header.Length >= SctpHeaderLength:
                if (TryAppend(LayerType.SCTP, ref packet))
                {
                    packet.Transport = LayerType.SCTP;
                    packet.SourcePort = BinaryPrimitives.ReadUInt16BigEndian(header);
                    packet.DestinationPort = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
                    packet.PayloadOffset = offset + SctpHeaderLength;
                }

                break;
            case IpProtocol.AuthenticationHeader when header.Length >= MinAuthenticationHeaderLength:
                // Counted in 4-byte words less two. Headers may follow one another; the path's bounded length ends the recursion.
                int length = (header[1] + 2) * 4;
                if (length >= MinAuthenticationHeaderLength && length <= header.Length && TryAppend(LayerType.IPSecAH, ref packet))
                {
                    packet.TransportOffset = offset + length;
                    packet.PayloadOffset = offset + length;
                    DecodeTransport(bounded, offset + length, header[0], ref packet);
                }

                break;
            case IpProtocol.Gre when header.Length >= 4:
                DecodeGre(bounded, offset, ref packet);
                break;
            case IpProtocol.IPv4 or IpProtocol.IPv6:
                DecodeIpInIp(header, offset, protocol == IpProtocol.IPv4 ? LinkType.IPv4 : LinkType.IPv6, ref packet);
                break;
            case IpProtocol.Mpls:
                DecodeMpls(bounded, offset, ref packet);
                break;
            case IpProtocol.Igmp when header.Length >= 8:
                TryAppend(LayerType.IGMP, ref packet);
                break;
            case IpProtocol.Ospf when header.Length >= 16:
                TryAppend(LayerType.OSPF, ref packet);
                break;
            case IpProtocol.Vrrp when header.Length >= 8:
                if (TryAppend(LayerType.VRRP, ref packet))
                {
                    packet.PayloadOffset = offset;
                    packet.Traits |= PacketTraits.ExtraLayer;
                }

                break;
            case IpProtocol.EncapsulatingSecurityPayload when header.Length >= 8:
                TryAppend(LayerType.IPSecESP, ref packet);
                break;
            case IpProtocol.UdpLite when header.Length >= 8:
                TryAppend(LayerType.UDPLite, ref packet);
                break;
        }
    }

    private static void DecodeIcmpV6(ReadOnlySpan<byte> header, int offset, ref DecodedPacket packet)
    {
        const int HeaderLength = 4;
        const int EchoLength = 4;
        const int MldV2QueryLength = 28;
        if (header.Length < HeaderLength || !TryAppend(LayerType.ICMPv6, ref packet))
        {
            return;
        }

        packet.Transport = LayerType.ICMPv6;
        packet.IcmpType = header[0];
        packet.IcmpCode = header[1];
        packet.PayloadOffset = offset + HeaderLength;
        LayerType inner = packet.IcmpType switch
        {
            IcmpV6Type.EchoRequest or IcmpV6Type.EchoReply when header.Length >= HeaderLength + EchoLength => LayerType.ICMPv6Echo,
            IcmpV6Type.RouterSolicitation => LayerType.ICMPv6RouterSolicitation,
            IcmpV6Type.RouterAdvertisement => LayerType.ICMPv6RouterAdvertisement,
            IcmpV6Type.NeighborSolicitation => LayerType.ICMPv6NeighborSolicitation,
            IcmpV6Type.NeighborAdvertisement => LayerType.ICMPv6NeighborAdvertisement,
            IcmpV6Type.Redirect => LayerType.ICMPv6Redirect,
            IcmpV6Type.ListenerQuery => header.Length >= MldV2QueryLength
                ? LayerType.MLDv2MulticastListenerQuery : LayerType.MLDv1MulticastListenerQuery,
            IcmpV6Type.ListenerReport => LayerType.MLDv1MulticastListenerReport,
            IcmpV6Type.ListenerDone => LayerType.MLDv1MulticastListenerDone,
            IcmpV6Type.ListenerReportV2 => LayerType.MLDv2MulticastListenerReport,
            _ => LayerType.None,
        };
        if (inner != LayerType.None && TryAppend(inner, ref packet) && inner == LayerType.ICMPv6Echo)
        {
            packet.Transport = LayerType.ICMPv6Echo;
            packet.IcmpIdentifier = BinaryPrimitives.ReadUInt16BigEndian(header[4..]);
            packet.IcmpSequence = BinaryPrimitives.ReadUInt16BigEndian(header[6..]);
            packet.PayloadOffset += EchoLength;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool TryAppend(LayerType layer, ref DecodedPacket packet)
    {
        if (packet.Path.IsFull)
        {
            return false;
        }

        packet.Path = packet.Path.Append(layer);
        return true;
    }
}
