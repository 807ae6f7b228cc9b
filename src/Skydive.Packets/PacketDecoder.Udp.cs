using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace Skydive.Packets;

/// <content>What UDP ports stand for. A payload that is not what its port says leaves the path at UDP.</content>
public static partial class PacketDecoder
{
    private const ushort PortDns = 53;
    private const ushort PortDhcpServer = 67;
    private const ushort PortDhcpClient = 68;
    private const ushort PortNtp = 123;
    private const ushort PortDhcpV6Client = 546;
    private const ushort PortDhcpV6Server = 547;
    private const ushort PortRadius = 1812;
    private const ushort PortRadiusAccounting = 1813;
    private const ushort PortGtpUser = 2152;
    private const ushort PortBfd = 3784;
    private const ushort PortVxlan = 4789;
    private const ushort PortSip = 5060;
    private const ushort PortGeneve = 6081;
    private const ushort PortSFlow = 6343;
    private const ushort PortLinuxVxlan = 8472; // the kernel's default from before the port was assigned

    // One bit for each (port ^ port >> 8) & 255 of the ports above: most other ports are told from them by this cache line.
    private static ReadOnlySpan<byte> KnownPorts =>
    [
        0, 0, 12, 0, 3, 0, 32, 2, 24, 0, 0, 0, 1, 0, 0, 8, 0, 0, 0, 0, 128, 0, 0, 0, 64, 0, 192, 128, 0, 0, 0, 0,
    ];

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsKnownPort(ushort port)
    {
        int index = (port ^ (port >> 8)) & 0xff;
        return ((KnownPorts[index >> 3] >> (index & 7)) & 1) != 0;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static void DecodeUdpPayload(ReadOnlySpan<byte> bounded, ref DecodedPacket packet)
    {
        ReadOnlySpan<byte> payload = bounded[packet.PayloadOffset..];
        if (packet.DestinationPort is PortVxlan or PortLinuxVxlan)
        {
            DecodeVxlan(payload, ref packet);
            return;
        }

        if (packet.DestinationPort == PortGeneve)
        {
            DecodeGeneve(payload, ref packet);
            return;
        }

        // What the payload had on the wire, when less of it was captured.
        int length = packet.NetworkLength == 0
            ? payload.Length
            : Math.Max(payload.Length, packet.NetworkLength - (packet.PayloadOffset - packet.NetworkOffset));
        LayerType layer = LayerOf(packet.DestinationPort, payload, length);
        if (layer == LayerType.None)
        {
            layer = LayerOf(packet.SourcePort, payload, length);
        }

        if (layer != LayerType.None && TryAppend(layer, ref packet) && layer is LayerType.DNS or LayerType.DHCPv4)
        {
            packet.Traits |= PacketTraits.ExtraLayer;
        }
    }

    private static LayerType LayerOf(ushort port, ReadOnlySpan<byte> payload, int length) => port switch
    {
        PortDns when LooksLikeDns(payload, length) => LayerType.DNS,
        PortDhcpServer or PortDhcpClient when LooksLikeDhcpV4(payload, length) => LayerType.DHCPv4,
        PortDhcpV6Client or PortDhcpV6Server when payload.Length >= 4 && payload[0] is >= 1 and <= 36 => LayerType.DHCPv6,

        // Versions 1 to 4; mode 0 is reserved.
        PortNtp when payload.Length >= 48 && ((payload[0] >> 3) & 7) is >= 1 and <= 4 && (payload[0] & 7) != 0 => LayerType.NTP,
        PortRadius or PortRadiusAccounting when payload.Length >= 20 && payload[0] is (>= 1 and <= 5) or (>= 11 and <= 13) or (>= 40 and <= 45)
            && BinaryPrimitives.ReadUInt16BigEndian(payload[2..]) is >= 20 and var said && said <= length => LayerType.RADIUS,

        // Version 1, GTP and not GTP'.
        PortGtpUser when payload.Length >= 8 && payload[0] >> 4 == 3 && payload[1] is 1 or 2 or 26 or 31 or 254 or 255
            && 8 + BinaryPrimitives.ReadUInt16BigEndian(payload[2..]) <= length => LayerType.GTPv1U,
        PortBfd when payload.Length >= 24 && payload[0] >> 5 == 1 && payload[3] >= 24 && payload[3] <= length => LayerType.BFD,
        PortSip when LooksLikeSip(payload) => LayerType.SIP,
        PortSFlow when payload.Length >= 8 && BinaryPrimitives.ReadUInt32BigEndian(payload) == 5
            && BinaryPrimitives.ReadUInt32BigEndian(payload[4..]) is 1 or 2 => LayerType.SFlow,
        _ => LayerType.None,
    };

    private static bool LooksLikeDns(ReadOnlySpan<byte> payload, int length)
    {
        const int HeaderLength = 12;
        const int MinQuestionLength = 5;
        const int MinRecordLength = 11;
        const int MaxOperation = 6;
        if (payload.Length < HeaderLength)
        {
            return false;
        }

        bool isResponse = (payload[2] & 0x80) != 0;
        int operation = (payload[2] >> 3) & 0x0f;
        int questions = BinaryPrimitives.ReadUInt16BigEndian(payload[4..]);
        int records = BinaryPrimitives.ReadUInt16BigEndian(payload[6..]) + BinaryPrimitives.ReadUInt16BigEndian(payload[8..])
            + BinaryPrimitives.ReadUInt16BigEndian(payload[10..]);
        if (operation > MaxOperation || (!isResponse && questions + records == 0)
            || HeaderLength + ((long)questions * MinQuestionLength) + ((long)records * MinRecordLength) > length)
        {
            return false;
        }

        // The first name stands right behind the header: nothing is there that it could point to.
        int offset = HeaderLength;
        while (questions + records > 0 && offset < payload.Length && payload[offset] != 0)
        {
            if (payload[offset] > 63 || offset - HeaderLength > 255)
            {
                return false;
            }

            offset += payload[offset] + 1;
        }

        return offset < length || questions + records == 0;
    }

    private static bool LooksLikeDhcpV4(ReadOnlySpan<byte> payload, int length)
    {
        const int MinLength = 240;
        const uint MagicCookie = 0x63825363;
        const int MaxHardwareLength = 16;
        return length >= MinLength && payload.Length >= 28 && payload[0] is 1 or 2 && payload[2] <= MaxHardwareLength
            && (payload.Length < MinLength || BinaryPrimitives.ReadUInt32BigEndian(payload[(MinLength - 4)..]) == MagicCookie);
    }

    // A status line, or a method in capitals and the address that it is about.
    private static bool LooksLikeSip(ReadOnlySpan<byte> payload)
    {
        if (payload.StartsWith("SIP/2.0 "u8))
        {
            return true;
        }

        int space = payload[..Math.Min(payload.Length, 12)].IndexOf((byte)' ');
        return space is >= 3 and <= 9 && !payload[..space].ContainsAnyExceptInRange((byte)'A', (byte)'Z')
            && (payload[(space + 1)..].StartsWith("sip"u8) || payload[(space + 1)..].StartsWith("tel:"u8));
    }
}
