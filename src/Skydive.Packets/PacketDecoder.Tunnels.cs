using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Skydive.Packets.Building;

namespace Skydive.Packets;

/// <content>The headers that a level of encapsulation ends with.</content>
public static partial class PacketDecoder
{
    private const ushort EtherTypeTransparentBridging = 0x6558;
    private const ushort EtherTypePpp = 0x880b;
    private const ushort EtherTypeErspan = 0x88be;
    private const ushort EtherTypeErspanIII = 0x22eb;

    private const ushort PppIPv4 = 0x0021;
    private const ushort PppIPv6 = 0x0057;

    /// <summary>Decodes the payload of a UDP packet as MPLS: what a port means that is configured to carry it.</summary>
    /// <param name="frame">The frame that the packet was decoded from.</param>
    /// <param name="packet">A packet whose last layer is UDP.</param>
    public static void DecodeMplsPayload(ReadOnlySpan<byte> frame, ref DecodedPacket packet) =>
        DecodeMpls(frame[..packet.PayloadEnd], packet.PayloadOffset, ref packet);

    private static void DecodeGre(ReadOnlySpan<byte> bounded, int offset, ref DecodedPacket packet)
    {
        const ushort HasChecksum = 0x8000;
        const ushort HasRouting = 0x4000;
        const ushort HasKey = 0x2000;
        const ushort HasSequence = 0x1000;
        const ushort HasAcknowledgement = 0x0080; // version 1 only
        const ushort VersionMask = 0x0007;
        if (!TryAppend(LayerType.GRE, ref packet))
        {
            return;
        }

        ReadOnlySpan<byte> header = bounded[offset..];
        ushort flags = BinaryPrimitives.ReadUInt16BigEndian(header);
        ushort protocol = BinaryPrimitives.ReadUInt16BigEndian(header[2..]);
        int version = flags & VersionMask;
        int length = 4 + ((flags & (HasChecksum | HasRouting)) != 0 && version == 0 ? 4 : 0) + ((flags & HasKey) != 0 ? 4 : 0)
            + ((flags & HasSequence) != 0 ? 4 : 0) + (version == 1 && (flags & HasAcknowledgement) != 0 ? 4 : 0);
        if (version > 1 || (version == 1 && protocol != EtherTypePpp) || length > header.Length)
        {
            packet.PayloadOffset = bounded.Length;
            packet.Traits |= PacketTraits.InvalidTunnel;
            return;
        }

        // In version 1 (RFC 2637) the key is the payload's length and the call, which tells no networks apart.
        if (version == 0 && (flags & HasKey) != 0)
        {
            packet.TunnelIdentifier = BinaryPrimitives.ReadUInt32BigEndian(header[((flags & (HasChecksum | HasRouting)) != 0 ? 8 : 4)..]);
        }

        if (version == 0 && (flags & HasRouting) != 0 && !TrySkipGreRouting(header, ref length))
        {
            packet.PayloadOffset = bounded.Length;
            packet.Traits |= PacketTraits.InvalidTunnel;
            return;
        }

        packet.PayloadOffset = offset + length;
        DecodeGrePayload(bounded, protocol, hasSequence: (flags & HasSequence) != 0, ref packet);
    }

    // RFC 1701: address family, offset, length, routing information; one of length 0 ends the list.
    private static bool TrySkipGreRouting(ReadOnlySpan<byte> header, ref int length)
    {
        const int EntryHeaderLength = 4;
        while (header.Length - length >= EntryHeaderLength)
        {
            int entryLength = header[length + 3];
            length += EntryHeaderLength;
            if (entryLength == 0)
            {
                return true;
            }

            length += entryLength;
        }

        return false;
    }

    private static void DecodeGrePayload(ReadOnlySpan<byte> bounded, ushort protocol, bool hasSequence, ref DecodedPacket packet)
    {
        ReadOnlySpan<byte> payload = bounded[packet.PayloadOffset..];
        switch (protocol)
        {
            case EtherTypeIPv4 or EtherTypeIPv6:
                DecodeIpInIp(payload, packet.PayloadOffset, protocol == EtherTypeIPv4 ? LinkType.IPv4 : LinkType.IPv6, ref packet);
                break;
            case EtherTypeTransparentBridging:
                NoteInnerEthernet(payload, skip: 0, ref packet);
                break;

            // Type I has neither a sequence number nor a header; type II has both.
            case EtherTypeErspan when !hasSequence:
                NoteInnerEthernet(payload, skip: 0, ref packet);
                break;
            case EtherTypeErspan:
                NoteInnerEthernet(payload, skip: payload.Length >= 8 && payload[0] >> 4 == 1 ? 8 : -1, ref packet);
                break;
            case EtherTypeErspanIII:
                // The last bit of the header says whether 8 bytes about the platform follow.
                NoteInnerEthernet(payload, skip: payload.Length < 12 || payload[0] >> 4 != 2 ? -1 : (payload[11] & 1) != 0 ? 20 : 12, ref packet);
                break;
            case EtherTypeMpls or EtherTypeMplsMulticast:
                DecodeMpls(bounded, packet.PayloadOffset, ref packet);
                break;
            case EtherTypePpp:
                DecodeInnerPpp(payload, ref packet);
                break;
        }
    }

    // What IP or GRE say is IP must at least have its version and a header; MPLS says nothing and is asked by its first bits.
    private static void DecodeIpInIp(ReadOnlySpan<byte> payload, int offset, LinkType linkType, ref DecodedPacket packet)
    {
        int version = linkType == LinkType.IPv4 ? 4 : 6;
        int headerLength = linkType == LinkType.IPv4 ? IPv4HeaderLength : IPv6HeaderLength;
        if (payload.Length >= headerLength && payload[0] >> 4 == version)
        {
            packet.PayloadOffset = offset;
            NoteInner(linkType, ref packet);
        }
        else
        {
            packet.Traits |= PacketTraits.InvalidTunnel;
        }
    }

    private static void NoteInnerEthernet(ReadOnlySpan<byte> payload, int skip, ref DecodedPacket packet)
    {
        if (skip >= 0 && payload.Length - skip >= EthernetHeaderLength)
        {
            packet.PayloadOffset += skip;
            NoteInner(LinkType.Ethernet, ref packet);
        }
        else
        {
            packet.Traits |= PacketTraits.InvalidTunnel;
        }
    }

    private static void NoteInner(LinkType linkType, ref DecodedPacket packet)
    {
        packet.InnerLinkType = linkType;
        packet.Traits |= PacketTraits.Tunnel;
    }

    // Each label is a layer, as each VLAN tag is. A stack cut short is none.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecodeMpls(ReadOnlySpan<byte> bounded, int offset, ref DecodedPacket packet)
    {
        const int LabelLength = 4;
        const int BottomOfStack = 1;
        int end = offset;
        do
        {
            if (bounded.Length - end < LabelLength)
            {
                packet.Traits |= PacketTraits.InvalidTunnel;
                return;
            }

            end += LabelLength;
        }
        while ((bounded[end - 2] & BottomOfStack) == 0);

        for (; offset < end; offset += LabelLength)
        {
            if (!TryAppend(LayerType.MPLS, ref packet))
            {
                return;
            }
        }

        packet.PayloadOffset = end;
        ReadOnlySpan<byte> payload = bounded[end..];
        if (LooksLikeIPv4(payload))
        {
            NoteInner(LinkType.IPv4, ref packet);
        }
        else if (LooksLikeIPv6(payload))
        {
            NoteInner(LinkType.IPv6, ref packet);
        }
        else
        {
            NoteInnerEthernet(payload, skip: HasControlWord(payload) ? 4 : 0, ref packet);
        }
    }

    // An Ethernet address may begin with the same four bits. Then something else must be wrong with the header, or right with the frame.
    private static bool LooksLikeIPv4(ReadOnlySpan<byte> payload)
    {
        if (payload.Length < IPv4HeaderLength || payload[0] >> 4 != 4)
        {
            return false;
        }

        int headerLength = (payload[0] & 0x0f) * 4;
        int totalLength = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]);
        return headerLength >= IPv4HeaderLength && headerLength <= payload.Length && (totalLength >= headerLength || totalLength == 0)
            && (!HasKnownEtherType(payload, EthernetHeaderLength - 2) || InternetChecksum.Finish(InternetChecksum.Add(payload[..headerLength])) == 0);
    }

    private static bool LooksLikeIPv6(ReadOnlySpan<byte> payload) =>
        payload.Length >= IPv6HeaderLength && payload[0] >> 4 == 6
        && (!HasKnownEtherType(payload, EthernetHeaderLength - 2)
            || payload.Length == IPv6HeaderLength + BinaryPrimitives.ReadUInt16BigEndian(payload[4..]));

    // RFC 4385: the four bits of a pseudowire control word are 0, as those of an Ethernet address may be.
    private static bool HasControlWord(ReadOnlySpan<byte> payload) =>
        payload.Length >= 4 + EthernetHeaderLength && payload[0] >> 4 == 0 && !HasKnownEtherType(payload, EthernetHeaderLength - 2)
        && HasKnownEtherType(payload, 4 + EthernetHeaderLength - 2);

    private static bool HasKnownEtherType(ReadOnlySpan<byte> payload, int offset) => BinaryPrimitives.ReadUInt16BigEndian(payload[offset..]) is
        EtherTypeIPv4 or EtherTypeArp or EtherTypeIPv6 or EtherTypeVlan or EtherTypeProviderVlan or EtherTypeMpls or EtherTypeLldp;

    private static void DecodePppoe(ReadOnlySpan<byte> frame, int offset, bool isSession, ref DecodedPacket packet)
    {
        const int HeaderLength = 6;
        const byte VersionAndType = 0x11;
        ReadOnlySpan<byte> header = frame[offset..];
        if (header.Length < HeaderLength || header[0] != VersionAndType || !TryAppend(LayerType.PPPoE, ref packet))
        {
            return;
        }

        offset += HeaderLength;
        packet.PayloadOffset = offset;
        if (!isSession || header.Length < HeaderLength + 2 || !TryAppend(LayerType.PPP, ref packet))
        {
            return;
        }

        ushort protocol = BinaryPrimitives.ReadUInt16BigEndian(header[HeaderLength..]);
        packet.PayloadOffset = offset + 2;
        if (protocol is PppIPv4 or PppIPv6)
        {
            DecodeEtherType(frame, offset + 2, protocol == PppIPv4 ? EtherTypeIPv4 : EtherTypeIPv6, ref packet);
        }
    }

    // Address and control bytes may be left out, and the protocol may be one byte (RFC 1661, 1662).
    private static void DecodeInnerPpp(ReadOnlySpan<byte> payload, ref DecodedPacket packet)
    {
        int offset = payload.Length >= 2 && payload[0] == 0xff && payload[1] == 0x03 ? 2 : 0;
        int protocol = 0;
        for (int i = 0; i < 2 && offset < payload.Length; i++)
        {
            protocol = (protocol << 8) | payload[offset++];
            if ((protocol & 1) != 0)
            {
                break;
            }
        }

        if (protocol is PppIPv4 or PppIPv6)
        {
            DecodeIpInIp(payload[offset..], packet.PayloadOffset + offset, protocol == PppIPv4 ? LinkType.IPv4 : LinkType.IPv6, ref packet);
        }
    }

    private static void DecodeVxlan(ReadOnlySpan<byte> payload, ref DecodedPacket packet)
    {
        const int HeaderLength = 8;
        if (payload.Length < HeaderLength || !IsVxlanHeader(payload, out LinkType inner)
            || payload.Length - HeaderLength < EthernetHeaderLength || !TryAppend(LayerType.VXLAN, ref packet))
        {
            packet.Traits |= PacketTraits.InvalidTunnel;
            return;
        }

        packet.TunnelIdentifier = BinaryPrimitives.ReadUInt32BigEndian(payload[4..]) >> 8;
        packet.PayloadOffset += HeaderLength;
        NoteInner(inner, ref packet);
    }

    // The reserved bits are 0 but for what is known to use them, so that few other payloads look like it: the group policy extension
    // (draft-smith-vxlan-group-policy), the generic protocol extension (draft-ietf-nvo3-vxlan-gpe), remote checksum offload.
    private static bool IsVxlanHeader(ReadOnlySpan<byte> payload, out LinkType inner)
    {
        const uint HasIdentifier = 0x0800_0000;
        const uint HasPolicy = 0x8000_0000;
        const uint PolicyBits = 0x0048_ffff;
        const uint HasProtocol = 0x0400_0000;
        const uint ProtocolBits = 0x0000_00ff;
        const uint HasRemoteChecksum = 0x0020_0000;
        uint flags = BinaryPrimitives.ReadUInt32BigEndian(payload);
        uint known = HasIdentifier | HasRemoteChecksum | ((flags & HasPolicy) != 0 ? HasPolicy | PolicyBits : 0)
            | ((flags & HasProtocol) != 0 ? HasProtocol | ProtocolBits : 0);
        inner = (flags & HasProtocol) == 0 ? LinkType.Ethernet : (flags & ProtocolBits) switch
        {
            1 => LinkType.IPv4,
            2 => LinkType.IPv6,
            _ => LinkType.Ethernet,
        };
        return (flags & HasIdentifier) != 0 && (flags & ~known) == 0 && (payload[7] == 0 || (flags & HasRemoteChecksum) != 0)
            && ((flags & HasProtocol) == 0 || (flags & ProtocolBits) is >= 1 and <= 3);
    }

    private static void DecodeGeneve(ReadOnlySpan<byte> payload, ref DecodedPacket packet)
    {
        const int HeaderLength = 8;
        if (payload.Length < HeaderLength)
        {
            packet.Traits |= PacketTraits.InvalidTunnel;
            return;
        }

        int length = HeaderLength + ((payload[0] & 0x3f) * 4);
        ushort protocol = BinaryPrimitives.ReadUInt16BigEndian(payload[2..]);
        LinkType inner = protocol switch
        {
            EtherTypeIPv4 => LinkType.IPv4,
            EtherTypeIPv6 => LinkType.IPv6,
            _ => LinkType.Ethernet,
        };

        // Version 0; the reserved bits are 0.
        bool isHeader = payload[0] >> 6 == 0 && (payload[1] & 0x3f) == 0 && payload[7] == 0
            && protocol is EtherTypeTransparentBridging or EtherTypeIPv4 or EtherTypeIPv6;
        int innerLength = inner == LinkType.Ethernet ? EthernetHeaderLength : IPv4HeaderLength;
        if (!isHeader || payload.Length - length < innerLength || !TryAppend(LayerType.Geneve, ref packet))
        {
            packet.Traits |= PacketTraits.InvalidTunnel;
            return;
        }

        packet.TunnelIdentifier = BinaryPrimitives.ReadUInt32BigEndian(payload[4..]) >> 8;
        packet.PayloadOffset += length;
        NoteInner(inner, ref packet);
    }
}
