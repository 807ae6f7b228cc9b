using System.Buffers.Binary;
using System.Net;
using System.Runtime.CompilerServices;

namespace Skydive.Packets;

/// <summary>
/// What <see cref="PacketDecoder"/> read from one level of encapsulation of a frame: plain values, no reference into the frame. Fields whose
/// layer is absent are 0; <see cref="Path"/> tells which layers are there. Addresses are numbers in network byte order, first byte highest,
/// so that numbers compare as bytes do.
/// </summary>
/// <remarks>
/// <see cref="PayloadOffset"/> says where the bytes behind the last decoded layer start: a tunnel's inner frame is decoded by a second call on
/// that part of the frame, as <see cref="InnerLinkType"/>, into a second value.
/// </remarks>
public struct DecodedPacket
{
    /// <summary>The layers in order.</summary>
    public LayerPath Path;

    /// <summary>The Ethernet source address; see <see cref="HasLink"/>.</summary>
    public ulong SourceMac;

    /// <summary>The Ethernet destination address.</summary>
    public ulong DestinationMac;

    /// <summary>The VLAN identifiers, 12 bits each, the outermost lowest; further ones than five are not kept.</summary>
    public ulong VlanIdentifiers;

    /// <summary>The first 8 bytes of the IPv6 source address; 0 for IPv4.</summary>
    public ulong SourceHigh;

    /// <summary>The last 8 bytes of the IPv6 source address, or the IPv4 source address.</summary>
    public ulong SourceLow;

    /// <summary>The first 8 bytes of the IPv6 destination address; 0 for IPv4.</summary>
    public ulong DestinationHigh;

    /// <summary>The last 8 bytes of the IPv6 destination address, or the IPv4 destination address.</summary>
    public ulong DestinationLow;

    /// <summary>The bytes of the network layer with its header, as that header says; 0 when there is none or it does not say.</summary>
    public int NetworkLength;

    /// <summary>Where the network layer starts in the frame.</summary>
    public int NetworkOffset;

    /// <summary>Where the transport layer (or what follows the network layer) starts in the frame.</summary>
    public int TransportOffset;

    /// <summary>Where the bytes behind the last decoded layer start in the frame.</summary>
    public int PayloadOffset;

    /// <summary>Where those bytes end: at the end of the network layer's packet, before an Ethernet trailer, at most at the frame's end.</summary>
    public int PayloadEnd;

    /// <summary>The TCP sequence number.</summary>
    public uint TcpSequence;

    /// <summary>The VXLAN or Geneve network identifier, or the GRE key; 0 when there is none.</summary>
    public uint TunnelIdentifier;

    /// <summary>Of a fragment, what its datagram's fragments share beside addresses; see <see cref="PacketTraits.Fragment"/>.</summary>
    public uint FragmentIdentification;

    /// <summary>Of a fragment, where its bytes stand in the datagram's payload.</summary>
    public int FragmentOffset;

    /// <summary>Of a fragment, how many of these bytes it had on the wire.</summary>
    public int FragmentLength;

    /// <summary>The TCP, UDP or SCTP source port.</summary>
    public ushort SourcePort;

    /// <summary>The TCP, UDP or SCTP destination port.</summary>
    public ushort DestinationPort;

    /// <summary>The identifier of an ICMPv6 echo; for ICMPv4 bytes 4 and 5 of the header, which are the identifier where a type has one.</summary>
    public ushort IcmpIdentifier;

    /// <summary>The sequence number of an ICMP echo.</summary>
    public ushort IcmpSequence;

    /// <summary>The type of the ICMPv4 or ICMPv6 message.</summary>
    public byte IcmpType;

    /// <summary>The code of the ICMPv4 or ICMPv6 message.</summary>
    public byte IcmpCode;

    /// <summary>The TCP control bits.</summary>
    public TcpFlags TcpFlags;

    /// <summary>The IPv4 time to live or the IPv6 hop limit.</summary>
    public byte TimeToLive;

    /// <summary>Of a fragment, the number of the protocol that its datagram carries.</summary>
    public byte FragmentProtocol;

    /// <summary>What there is to the packet beyond its flow.</summary>
    public PacketTraits Traits;

    /// <summary>What the payload begins with; see <see cref="PacketTraits.Tunnel"/>.</summary>
    public LinkType InnerLinkType;

    /// <summary>Whether there is an Ethernet header.</summary>
    public bool HasLink;

    /// <summary>The network layer: <see cref="LayerType.IPv4"/>, <see cref="LayerType.IPv6"/> or <see cref="LayerType.None"/>.</summary>
    public LayerType Network;

    /// <summary>
    /// The layer with ports or an ICMP message: <see cref="LayerType.TCP"/>, <see cref="LayerType.UDP"/>, <see cref="LayerType.SCTP"/>,
    /// <see cref="LayerType.ICMPv4"/>, <see cref="LayerType.ICMPv6"/>, <see cref="LayerType.ICMPv6Echo"/> or <see cref="LayerType.None"/>.
    /// </summary>
    public LayerType Transport;

    /// <summary>Makes an address from two numbers as this type holds them.</summary>
    /// <param name="network"><see cref="LayerType.IPv4"/> or <see cref="LayerType.IPv6"/>.</param>
    /// <param name="high">The first 8 bytes; 0 for IPv4.</param>
    /// <param name="low">The last 8 bytes, or the IPv4 address.</param>
    [SkipLocalsInit]
    public static IPAddress ToIPAddress(LayerType network, ulong high, ulong low)
    {
        Span<byte> bytes = stackalloc byte[16];
        BinaryPrimitives.WriteUInt64BigEndian(bytes, high);
        BinaryPrimitives.WriteUInt64BigEndian(bytes[8..], low);
        return new IPAddress(network == LayerType.IPv4 ? bytes[12..] : bytes);
    }
}
