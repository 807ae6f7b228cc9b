using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Skydive.Linux.Bpf;
using Skydive.Packets;
using Skydive.Packets.Building;

namespace Skydive.Agent.PingMeshes;

/// <summary>
/// An echo request, made once; of those after it only sequence number and checksum differ. Also reads requests and replies, from the network
/// layer header on. Sources: RFC 792, RFC 4443 4.
/// </summary>
internal sealed class EchoPacket
{
    public const ushort ProtocolV4 = 0x0800; // ETH_P_IP
    public const ushort ProtocolV6 = 0x86dd; // ETH_P_IPV6

    private const byte RequestV4 = 8;
    private const byte RequestV6 = 128;
    private const byte ReplyV4 = 0;
    private const byte ReplyV6 = 129;
    private const ushort DoNotFragment = 0x4000;
    private const int HeaderV4 = 20;
    private const int HeaderV6 = 40;
    private const int EchoHeader = 8;

    /// <summary>How much of a packet is enough to know it: the longest IPv4 header and the echo header.</summary>
    private const uint Snap = 128;

    /// <summary>ICMP, no fragment but the first, an echo reply.</summary>
    private static readonly BpfProgram s_repliesV4 = new(
    [
        new(0x30, 0, 0, 9), new(0x15, 0, 6, IpProtocol.Icmp),
        new(0x28, 0, 0, 6), new(0x45, 4, 0, 0x1fff),
        new(0xb1, 0, 0, 0), new(0x50, 0, 0, 0), new(0x15, 0, 1, ReplyV4),
        new(0x06, 0, 0, Snap), new(0x06, 0, 0, 0),
    ]);

    /// <summary>ICMPv6 right behind the header, an echo reply.</summary>
    private static readonly BpfProgram s_repliesV6 = new(
    [
        new(0x30, 0, 0, 6), new(0x15, 0, 3, IpProtocol.IcmpV6),
        new(0x30, 0, 0, HeaderV6), new(0x15, 0, 1, ReplyV6),
        new(0x06, 0, 0, Snap), new(0x06, 0, 0, 0),
    ]);

    private readonly byte[] _packet;
    private readonly int _header;
    private readonly ulong _sum;

    /// <summary>Makes the request.</summary>
    public EchoPacket(IPAddress source, IPAddress destination, byte timeToLive, ushort identifier, int payloadSize)
    {
        bool isV6 = source.AddressFamily == AddressFamily.InterNetworkV6;
        _header = isV6 ? HeaderV6 : HeaderV4;
        byte[] payload = new byte[payloadSize];
        for (int i = 0; i < payload.Length; i++)
        {
            payload[i] = (byte)i;
        }

        _packet = (isV6
            ? new FrameBuilder().IPv6(source, destination, timeToLive).IcmpV6(RequestV6, 0, identifier, 0)
            : new FrameBuilder().IPv4(source, destination, timeToLive, fragment: DoNotFragment).IcmpV4(RequestV4, 0, identifier, 0)).Payload(payload).Build();
        var echo = _packet.AsSpan(_header);
        echo.Slice(2, 2).Clear();

        // The pseudo-header belongs to it in IPv6 only (RFC 4443 2.3).
        _sum = InternetChecksum.Add(echo, isV6 ? InternetChecksum.Add(_packet.AsSpan(8, 32), (ulong)echo.Length + IpProtocol.IcmpV6) : 0);
    }

    /// <summary>The packets that a socket needs.</summary>
    public static BpfProgram Replies(bool isV6) => isV6 ? s_repliesV6 : s_repliesV4;

    /// <summary>The request with a sequence number; good until the next one is made.</summary>
    public ReadOnlySpan<byte> Make(ushort sequence)
    {
        var echo = _packet.AsSpan(_header);
        BinaryPrimitives.WriteUInt16BigEndian(echo[2..], InternetChecksum.Finish(_sum + sequence));
        BinaryPrimitives.WriteUInt16BigEndian(echo[6..], sequence);
        return _packet;
    }

    /// <summary>Reads a reply.</summary>
    /// <param name="packet">A packet from its network layer header on.</param>
    /// <param name="isV6">Whether it should be of IPv6.</param>
    /// <param name="echo">What it says.</param>
    /// <returns>False when it is no echo reply, or cut off.</returns>
    public static bool TryReadReply(ReadOnlySpan<byte> packet, bool isV6, out Echo echo) => TryRead(packet, isV6, isV6 ? ReplyV6 : ReplyV4, out echo);

    /// <summary>Reads a request as it was sent, whatever link layer header it has.</summary>
    /// <param name="frame">The whole frame.</param>
    /// <param name="isV6">Whether it should be of IPv6.</param>
    /// <param name="echo">What it says.</param>
    /// <returns>False when none is found in it.</returns>
    public static bool TryReadRequest(ReadOnlySpan<byte> frame, bool isV6, out Echo echo)
    {
        // Ethernet, none, Ethernet with one and two VLAN tags. The header's length member makes sure that it is one.
        foreach (int offset in (ReadOnlySpan<int>)[14, 0, 18, 22])
        {
            if (frame.Length < offset + (isV6 ? HeaderV6 : HeaderV4) + EchoHeader)
            {
                continue;
            }

            var packet = frame[offset..];
            int length = BinaryPrimitives.ReadUInt16BigEndian(packet[(isV6 ? 4 : 2)..]) + (isV6 ? HeaderV6 : 0);
            if (length == packet.Length && TryRead(packet, isV6, isV6 ? RequestV6 : RequestV4, out echo))
            {
                return true;
            }
        }

        echo = default;
        return false;
    }

    private static bool TryRead(ReadOnlySpan<byte> packet, bool isV6, byte type, out Echo echo)
    {
        echo = default;
        int header = isV6 ? HeaderV6 : packet.IsEmpty ? 0 : (packet[0] & 0xf) * 4;
        if (packet.Length < header + EchoHeader || header < HeaderV4 || packet[0] >> 4 != (isV6 ? 6 : 4)
            || packet[isV6 ? 6 : 9] != (isV6 ? IpProtocol.IcmpV6 : IpProtocol.Icmp) || packet[header] != type || packet[header + 1] != 0)
        {
            return false;
        }

        echo = new()
        {
            Source = isV6 ? packet.Slice(8, 16) : packet.Slice(12, 4),
            Destination = isV6 ? packet.Slice(24, 16) : packet.Slice(16, 4),
            Identifier = BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 4)..]),
            Sequence = BinaryPrimitives.ReadUInt16BigEndian(packet[(header + 6)..]),
        };
        return true;
    }

    /// <summary>What an echo request or reply says.</summary>
    internal ref struct Echo
    {
        public ReadOnlySpan<byte> Source;
        public ReadOnlySpan<byte> Destination;
        public ushort Identifier;
        public ushort Sequence;
    }
}
