using System.Buffers.Binary;
using System.Net;
using Skydive.Packets.Building;

namespace Skydive.Packets.Tests;

public sealed class TunnelDecoderTests
{
    private static readonly MacAddress s_macA = MacAddress.Parse("02:00:00:00:00:01");
    private static readonly MacAddress s_macB = MacAddress.Parse("02:00:00:00:00:02");
    private static readonly IPAddress s_a = IPAddress.Parse("10.1.2.3");
    private static readonly IPAddress s_b = IPAddress.Parse("192.168.4.5");
    private static readonly IPAddress s_a6 = IPAddress.Parse("2001:db8:1:2:3:4:5:6");
    private static readonly IPAddress s_b6 = IPAddress.Parse("fe80::1");

    private static FrameBuilder Outer => new FrameBuilder().Ethernet(s_macA, s_macB).IPv4(s_a, s_b);

    public static TheoryData<string, byte[], string, string, uint> Tunnels => new()
    {
        { "GRE", Inner(Outer.Gre()), "Ethernet/IPv4/GRE", "IPv4/UDP", 0 },
        { "GRE with all", Inner(Outer.Gre(key: 77, sequence: 5, hasChecksum: true)), "Ethernet/IPv4/GRE", "IPv4/UDP", 77 },
        { "GRE with a key", Inner(Outer.Gre(key: uint.MaxValue)), "Ethernet/IPv4/GRE", "IPv4/UDP", uint.MaxValue },
        { "GRE over IPv6", Inner6(Outer6().Gre()), "Ethernet/IPv6/GRE", "IPv6/TCP", 0 },
        { "GRE with Ethernet", Inner(Outer.Gre(key: 1).Ethernet(s_macB, s_macA)), "Ethernet/IPv4/GRE", "Ethernet/IPv4/UDP", 1 },
        { "GRE with VLANs inside", Inner(Outer.Gre().Ethernet(s_macB, s_macA).Vlan(3)), "Ethernet/IPv4/GRE", "Ethernet/Dot1Q/IPv4/UDP", 0 },
        { "GRE with routing", Routed(), "Ethernet/IPv4/GRE", "IPv4/UDP", 9 },
        { "GRE with MPLS", Inner(Outer.Gre().Mpls(16)), "Ethernet/IPv4/GRE/MPLS", "IPv4/UDP", 0 },
        { "GRE with MPLS and Ethernet", Inner(Outer.Gre().Mpls(16).Mpls(17).Ethernet(s_macB, s_macA)), "Ethernet/IPv4/GRE/MPLS/MPLS", "Ethernet/IPv4/UDP", 0 },
        { "PPTP", Pptp([0xff, 0x03, 0x00, 0x21]), "Ethernet/IPv4/GRE", "IPv4/UDP", 0 },
        { "PPTP, compressed", Pptp([0x21]), "Ethernet/IPv4/GRE", "IPv4/UDP", 0 },
        { "ERSPAN II", Inner(Outer.Gre(sequence: 1).Erspan(5, vlan: 9, index: 3).Ethernet(s_macB, s_macA)), "Ethernet/IPv4/GRE", "Ethernet/IPv4/UDP", 0 },
        { "ERSPAN I", Inner(Outer.Gre(protocol: 0x88be).Ethernet(s_macB, s_macA)), "Ethernet/IPv4/GRE", "Ethernet/IPv4/UDP", 0 },
        { "ERSPAN III", ErspanIII(0), "Ethernet/IPv4/GRE", "Ethernet/IPv4/UDP", 0 },
        { "ERSPAN III with more", ErspanIII(1), "Ethernet/IPv4/GRE", "Ethernet/IPv4/UDP", 0 },
        { "VXLAN", Inner(Outer.Udp(50000, 4789).Vxlan(0xabcdef).Ethernet(s_macB, s_macA)), "Ethernet/IPv4/UDP/VXLAN", "Ethernet/IPv4/UDP", 0xabcdef },
        { "VXLAN of Linux", Inner6(Outer6().Udp(50000, 8472).Vxlan(1).Ethernet(s_macB, s_macA)), "Ethernet/IPv6/UDP/VXLAN", "Ethernet/IPv6/TCP", 1 },
        { "VXLAN in a VLAN", Inner(Outer8(3).Udp(1, 4789).Vxlan(1).Ethernet(s_macB, s_macA)), "Ethernet/Dot1Q/IPv4/UDP/VXLAN", "Ethernet/IPv4/UDP", 1 },
        { "VXLAN with a policy", Vxlan(0x88, 0, 0x12, 0x34), "Ethernet/IPv4/UDP/VXLAN", "Ethernet/IPv4/UDP", 5 },
        { "VXLAN-GPE", Vxlan(0x0c, 0, 0, 3), "Ethernet/IPv4/UDP/VXLAN", "Ethernet/IPv4/UDP", 5 },
        { "Geneve", Inner(Outer.Udp(50000, 6081).Geneve(7).Ethernet(s_macB, s_macA)), "Ethernet/IPv4/UDP/Geneve", "Ethernet/IPv4/UDP", 7 },
        { "Geneve with options", Inner(Outer.Udp(1, 6081).Geneve(7, [1, 2, 3, 4, 5]).Ethernet(s_macB, s_macA)), "Ethernet/IPv4/UDP/Geneve", "Ethernet/IPv4/UDP", 7 },
        { "Geneve with IP", Inner(Outer.Udp(1, 6081).Geneve(7)), "Ethernet/IPv4/UDP/Geneve", "IPv4/UDP", 7 },
        { "MPLS", Inner(new FrameBuilder().Ethernet(s_macA, s_macB).Mpls(100)), "Ethernet/MPLS", "IPv4/UDP", 0 },
        { "MPLS stack", Inner6(new FrameBuilder().Ethernet(s_macA, s_macB).Mpls(1).Mpls(2).Mpls(3)), "Ethernet/MPLS/MPLS/MPLS", "IPv6/TCP", 0 },
        { "MPLS in IP", Inner(Outer.Mpls(100)), "Ethernet/IPv4/MPLS", "IPv4/UDP", 0 },
        { "pseudowire", Inner(new FrameBuilder().Ethernet(s_macA, s_macB).Mpls(100).Payload(new byte[4]).Ethernet(s_macB, s_macA)), "Ethernet/MPLS", "Ethernet/IPv4/UDP", 0 },
        { "4in4", Inner(Outer), "Ethernet/IPv4", "IPv4/UDP", 0 },
        { "6in4", Inner6(Outer), "Ethernet/IPv4", "IPv6/TCP", 0 },
        { "4in6", Inner(Outer6()), "Ethernet/IPv6", "IPv4/UDP", 0 },
        { "6in6", Inner6(Outer6()), "Ethernet/IPv6", "IPv6/TCP", 0 },
        { "4in6 behind options", Inner(Outer6().IPv6Extension(IpProtocol.DestinationOptions, new byte[6])), "Ethernet/IPv6/IPv6Destination", "IPv4/UDP", 0 },
    };

    [Theory]
    [MemberData(nameof(Tunnels))]
    public void TryDecode_OfATunnel_EndsTheLevelAndTellsWhatIsInside(string name, byte[] frame, string outerPath, string innerPath, uint identifier)
    {
        DecodedPacket outer = Decode(frame);
        Assert.True((outer.Traits & PacketTraits.Tunnel) != 0, name);
        Assert.Equal(outerPath, outer.Path.ToString());
        Assert.Equal(identifier, outer.TunnelIdentifier);
        Assert.True(PacketDecoder.TryDecode(frame.AsSpan(outer.PayloadOffset..outer.PayloadEnd), outer.InnerLinkType, default, out DecodedPacket inner));
        Assert.Equal(innerPath, inner.Path.ToString());
        Assert.Equal(PacketTraits.None, inner.Traits);
        Assert.Equal((1001, 2002), (inner.SourcePort, inner.DestinationPort));
    }

    [Theory]
    [MemberData(nameof(Tunnels))]
    public void TryDecode_OfATunnelCutAnywhere_ReadsNothingBeyond(string name, byte[] frame, string outerPath, string innerPath, uint identifier)
    {
        _ = (outerPath, innerPath, identifier);
        for (int length = 14; length < frame.Length; length++)
        {
            // The array ends where the frame does.
            byte[] cut = frame[..length];
            DecodedPacket outer = Decode(cut);
            Assert.True(outer.PayloadOffset <= outer.PayloadEnd && outer.PayloadEnd <= length, name);
            if ((outer.Traits & PacketTraits.Tunnel) != 0)
            {
                PacketDecoder.TryDecode(cut.AsSpan(outer.PayloadOffset..outer.PayloadEnd), outer.InnerLinkType, default, out _);
            }
        }
    }

    public static TheoryData<string, byte[]> NoTunnels => new()
    {
        { "no VNI bit", Outer.Udp(1, 4789).Payload([0, 0, 0, 0, 0, 0, 1, 0, .. new byte[20]]).Build() },
        { "reserved bits", Outer.Udp(1, 4789).Payload([0x08, 0, 1, 0, 0, 0, 1, 0, .. new byte[20]]).Build() },
        { "reserved byte", Outer.Udp(1, 4789).Payload([0x08, 0, 0, 0, 0, 0, 1, 9, .. new byte[20]]).Build() },
        { "VXLAN of nothing", Outer.Udp(1, 4789).Payload([0x08, 0, 0, 0, 0, 0, 1, 0]).Build() },
        { "a short VXLAN", Outer.Udp(1, 4789).Payload([0x08]).Build() },
        { "Geneve version", Outer.Udp(1, 6081).Payload([0x40, 0, 0x65, 0x58, 0, 0, 1, 0, .. new byte[20]]).Build() },
        { "Geneve protocol", Outer.Udp(1, 6081).Payload([0, 0, 0x12, 0x34, 0, 0, 1, 0, .. new byte[20]]).Build() },
        { "Geneve options too long", Outer.Udp(1, 6081).Payload([0x3f, 0, 0x65, 0x58, 0, 0, 1, 0, .. new byte[200]]).Build() },
        { "an empty Geneve", Outer.Udp(1, 6081).Build() },
        { "text", Outer.Udp(1, 6081).Payload("GET / HTTP/1.1\r\nHost: example\r\n"u8).Build() },
    };

    [Theory]
    [MemberData(nameof(NoTunnels))]
    public void TryDecode_OfAnotherPayloadOnATunnelsPort_IsPlainUdp(string name, byte[] frame)
    {
        DecodedPacket packet = Decode(frame);
        Assert.Equal("Ethernet/IPv4/UDP", packet.Path.ToString());
        Assert.True(packet.Traits == PacketTraits.InvalidTunnel, name);
        Assert.Equal(42, packet.PayloadOffset);
    }

    [Fact]
    public void TryDecode_OfATunnelsPortAsSource_IsPlainUdp()
    {
        DecodedPacket packet = Decode(Outer.Udp(4789, 50000).Payload(new byte[40]).Build());
        Assert.Equal(("Ethernet/IPv4/UDP", PacketTraits.None), (packet.Path.ToString(), packet.Traits));
    }

    [Theory]
    [InlineData(0x0007, 0x0800)] // version 7
    [InlineData(0x0001, 0x0800)] // version 1 is for PPP only
    [InlineData(0xf000, 0x0800)] // a header that is longer than the packet
    [InlineData(0x0000, 0x0800)] // no IPv4 inside
    [InlineData(0x0000, 0x6558)] // no Ethernet inside
    [InlineData(0x1000, 0x88be)] // no ERSPAN inside
    public void TryDecode_OfBrokenGre_StopsThere(int flags, int protocol)
    {
        byte[] frame = Outer.Payload([(byte)(flags >> 8), (byte)flags, (byte)(protocol >> 8), (byte)protocol, 1, 2, 3, 4, 5]).Build();
        frame[14 + 9] = IpProtocol.Gre;
        DecodedPacket packet = Decode(frame);
        Assert.Equal("Ethernet/IPv4/GRE", packet.Path.ToString());
        Assert.Equal(PacketTraits.InvalidTunnel, packet.Traits);
    }

    [Fact]
    public void TryDecode_OfAnUnknownProtocolInGre_IsNoError()
    {
        DecodedPacket packet = Decode(Outer.Gre(key: 5, protocol: 0x88b5).Payload([1]).Build());
        Assert.Equal(("Ethernet/IPv4/GRE", PacketTraits.None, 5u), (packet.Path.ToString(), packet.Traits, packet.TunnelIdentifier));
    }

    [Fact]
    public void TryDecode_OfMplsWithoutABottom_NamesNone()
    {
        byte[] frame = new FrameBuilder().Ethernet(s_macA, s_macB, 0x8847).Payload([0, 0, 0x10, 64, 0, 0, 0x20, 64]).Build();
        DecodedPacket packet = Decode(frame);
        Assert.Equal(("Ethernet", PacketTraits.InvalidTunnel), (packet.Path.ToString(), packet.Traits));
    }

    [Theory]
    [InlineData("46:00:00:30:00:00")] // the first bytes of a sound IPv4 header
    [InlineData("62:00:00:00:00:00")]
    [InlineData("00:00:00:00:00:01")]
    public void TryDecode_OfEthernetInMplsThatLooksLikeIp_IsEthernet(string destination)
    {
        byte[] frame = Inner(new FrameBuilder().Ethernet(s_macA, s_macB).Mpls(100).Ethernet(s_macA, MacAddress.Parse(destination)));
        Assert.Equal(LinkType.Ethernet, Decode(frame).InnerLinkType);
    }

    [Theory]
    [InlineData("8.0.0.1")] // where an EtherType would stand, the address says IPv4,
    [InlineData("8.6.0.1")] // ARP,
    [InlineData("129.0.0.1")] // VLAN
    public void TryDecode_OfIpInMplsThatLooksLikeEthernet_IsIp(string source)
    {
        byte[] frame = new FrameBuilder().Ethernet(s_macA, s_macB).Mpls(100).IPv4(IPAddress.Parse(source), s_b).Udp(1, 2).Build();
        Assert.Equal(LinkType.IPv4, Decode(frame).InnerLinkType);
    }

    [Fact]
    public void DecodeMplsPayload_OfAConfiguredPort_GoesOn()
    {
        byte[] frame = Inner(Outer.Udp(1, 51234).Mpls(33));
        DecodedPacket packet = Decode(frame);
        Assert.Equal("Ethernet/IPv4/UDP", packet.Path.ToString());
        PacketDecoder.DecodeMplsPayload(frame, ref packet);
        Assert.Equal(("Ethernet/IPv4/UDP/MPLS", LinkType.IPv4), (packet.Path.ToString(), packet.InnerLinkType));
    }

    [Theory]
    [InlineData(0x0021, "Ethernet/PPPoE/PPP/IPv4")]
    [InlineData(0xc021, "Ethernet/PPPoE/PPP")]
    public void TryDecode_OfPppoe_GoesOnInTheSameLevel(int protocol, string path)
    {
        byte[] ip = new FrameBuilder().IPv4(s_a, s_b, protocol: 253).Payload([1, 2]).Build();
        byte[] frame = new FrameBuilder().Ethernet(s_macA, s_macB, 0x8864)
            .Payload([0x11, 0, 0, 1, 0, (byte)(ip.Length + 2), (byte)(protocol >> 8), (byte)protocol, .. ip]).Build();
        Assert.Equal(path, Decode(frame).Path.ToString());
        Assert.Equal("Ethernet/PPPoE", Decode(new FrameBuilder().Ethernet(s_macA, s_macB, 0x8863).Payload([0x11, 9, 0, 0, 0, 0]).Build()).Path.ToString());
    }

    public static TheoryData<string, int, int, byte[]> Applications => new()
    {
        { "DNS", 40000, 53, Dns(0x0100, 1, 0) },
        { "DNS", 53, 40000, Dns(0x8180, 1, 0) },
        { "", 40000, 53, Dns(0x0100, 1, 0)[..11] },
        { "", 40000, 53, Dns(0x7800, 1, 0) }, // an operation that there is not
        { "", 40000, 53, Dns(0x0100, 9, 9) }, // more records than there is room for
        { "", 40000, 53, Dns(0x0100, 0, 0) }, // a query for nothing
        { "DNS", 53, 40000, Dns(0x8001, 0, 0)[..12] }, // an error without a question
        { "", 40000, 53, [0, 1, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0xc0, 0x0c, 0, 1, 0, 1] }, // a name that points to itself
        { "DHCPv4", 68, 67, Dhcp() },
        { "DHCPv4", 67, 68, Dhcp() },
        { "", 68, 67, new byte[300] },
        { "DHCPv6", 546, 547, [1, 0, 0, 1, 0, 1] },
        { "", 546, 547, [0, 0, 0, 1] },
        { "NTP", 123, 123, [0x23, .. new byte[47]] },
        { "", 123, 123, [0x23, .. new byte[46]] },
        { "", 123, 123, new byte[48] },
        { "SIP", 5060, 5060, "INVITE sip:bob@example.com SIP/2.0\r\n"u8.ToArray() },
        { "SIP", 5060, 5060, "SIP/2.0 200 OK\r\n"u8.ToArray() },
        { "", 5060, 5060, "invite someone"u8.ToArray() },
        { "SFlow", 6343, 6343, [0, 0, 0, 5, 0, 0, 0, 1] },
        { "", 6343, 6343, [0, 0, 0, 4, 0, 0, 0, 1] },
        { "BFD", 49152, 3784, [0x20, 0xc0, 3, 24, .. new byte[20]] },
        { "RADIUS", 1645, 1812, [1, 7, 0, 20, .. new byte[16]] },
        { "", 1645, 1812, [1, 7, 1, 20, .. new byte[16]] },
        { "GTPv1U", 2152, 2152, [0x30, 255, 0, 4, 0, 0, 0, 1, 1, 2, 3, 4] },
        { "", 2152, 2152, [0x30, 255, 9, 4, 0, 0, 0, 1, 1, 2, 3, 4] },
        { "", 9999, 8888, Dns(0x0100, 1, 0) },
    };

    [Theory]
    [MemberData(nameof(Applications))]
    public void TryDecode_OfAKnownUdpPort_NamesWhatIsThere(string layer, int source, int destination, byte[] payload)
    {
        DecodedPacket packet = Decode(Outer.Udp((ushort)source, (ushort)destination).Payload(payload).Build());
        Assert.Equal(layer.Length == 0 ? "Ethernet/IPv4/UDP" : "Ethernet/IPv4/UDP/" + layer, packet.Path.ToString());
        Assert.Equal(layer is "DNS" or "DHCPv4" ? PacketTraits.ExtraLayer : PacketTraits.None, packet.Traits);
        Assert.Equal(42, packet.PayloadOffset);
    }

    [Fact]
    public void TryDecode_OfATruncatedDnsMessage_IsDns()
    {
        byte[] frame = Outer.Udp(1, 53).Payload(Dns(0x0100, 1, 0)).Build();
        Assert.Equal("Ethernet/IPv4/UDP/DNS", Decode(frame[..(42 + 15)]).Path.ToString());
    }

    [Fact]
    public void TryDecode_OfVrrp_TellsWhereItStarts()
    {
        byte[] frame = new FrameBuilder().Ethernet(s_macA, s_macB).IPv4(s_a, s_b, protocol: IpProtocol.Vrrp).Payload([0x21, 1, 100, 1, 0, 1, 0, 0, 10, 0, 0, 1]).Build();
        DecodedPacket packet = Decode(frame);
        Assert.Equal(("Ethernet/IPv4/VRRP", PacketTraits.ExtraLayer, 34), (packet.Path.ToString(), packet.Traits, packet.PayloadOffset));
    }

    [Fact]
    public void TryDecode_OfFragments_TellsWhereTheyBelong()
    {
        DecodedPacket v4 = Decode(new FrameBuilder().Ethernet(s_macA, s_macB).IPv4(s_a, s_b, protocol: IpProtocol.Udp, identification: 0xbeef, fragment: 0x2003)
            .Payload(new byte[16]).Build());
        Assert.Equal(PacketTraits.Fragment | PacketTraits.MoreFragments, v4.Traits);
        Assert.Equal((0xbeefu, 24, 16, IpProtocol.Udp), (v4.FragmentIdentification, v4.FragmentOffset, v4.FragmentLength, v4.FragmentProtocol));

        DecodedPacket v6 = Decode(Outer6().IPv6Extension(IpProtocol.HopByHop, new byte[6])
            .IPv6Extension(IpProtocol.Fragment, [0x00, 0x10, 0xde, 0xad, 0xbe, 0xef]).Udp(1, 2).Payload(new byte[5]).Build());
        Assert.Equal("Ethernet/IPv6/IPv6HopByHop/IPv6Fragment/Fragment", v6.Path.ToString());
        Assert.Equal(PacketTraits.Fragment, v6.Traits);
        Assert.Equal((0xdeadbeefu, 16, 13, IpProtocol.Udp), (v6.FragmentIdentification, v6.FragmentOffset, v6.FragmentLength, v6.FragmentProtocol));
    }

    [Fact]
    public void DecodeReassembled_GoesOnBehindTheFragment()
    {
        byte[] datagram = new FrameBuilder().IPv4(s_a, s_b).Udp(7, 8).Payload(new byte[100]).Build()[20..];
        DecodedPacket packet = Decode(new FrameBuilder().Ethernet(s_macA, s_macB).IPv4(s_a, s_b, protocol: IpProtocol.Udp, fragment: 0x2000).Payload(new byte[8]).Build());
        PacketDecoder.DecodeReassembled(datagram, datagram.Length, ref packet);
        Assert.Equal("Ethernet/IPv4/Fragment/UDP", packet.Path.ToString());
        Assert.Equal((7, 8, 128, 8, 108), (packet.SourcePort, packet.DestinationPort, packet.NetworkLength, packet.PayloadOffset, packet.PayloadEnd));
        Assert.Equal(PacketTraits.None, packet.Traits);
    }

    [Fact]
    public void Build_OfGreWithAChecksum_SumsUp()
    {
        byte[] frame = Inner(Outer.Gre(hasChecksum: true));
        Assert.Equal(0, InternetChecksum.Finish(InternetChecksum.Add(frame.AsSpan(34))));
        Assert.Equal(0x8000, BinaryPrimitives.ReadUInt16BigEndian(frame.AsSpan(34)));
    }

    [Theory]
    [InlineData("ether", LinkType.Ethernet)]
    [InlineData("loopback", LinkType.Ethernet)]
    [InlineData("none", LinkType.Raw)]
    [InlineData("gre", LinkType.Raw)]
    [InlineData("sit", LinkType.IPv4)]
    [InlineData("ipip", LinkType.IPv4)]
    [InlineData("tunnel6", LinkType.IPv6)]
    [InlineData("gre6", LinkType.IPv6)]
    [InlineData("infiniband", null)]
    public void EncapTypes_GiveTheFirstLayer(string name, LinkType? linkType) => Assert.Equal(linkType, EncapTypes.ToLinkType(name));

    private static DecodedPacket Decode(byte[] frame)
    {
        Assert.True(PacketDecoder.TryDecode(frame, LinkType.Ethernet, default, out DecodedPacket packet));
        return packet;
    }

    private static FrameBuilder Outer6() => new FrameBuilder().Ethernet(s_macA, s_macB).IPv6(s_a6, s_b6);

    private static FrameBuilder Outer8(int vlan) => new FrameBuilder().Ethernet(s_macA, s_macB).Vlan(vlan).IPv4(s_a, s_b);

    private static byte[] Inner(FrameBuilder outer) => outer.IPv4(s_b, s_a).Udp(1001, 2002).Payload([1, 2, 3]).Build();

    private static byte[] Inner6(FrameBuilder outer) => outer.IPv6(s_b6, s_a6).Tcp(1001, 2002, TcpFlags.Ack).Build();

    private static byte[] Routed()
    {
        // Key 9, one source route entry of 4 bytes, the empty one that ends the list.
        byte[] inner = Inner(new FrameBuilder());
        byte[] frame = Outer.Payload([0x60, 0, 8, 0, 0, 0, 0, 0, 0, 0, 0, 9, 8, 0, 0, 4, 1, 1, 1, 1, 0, 0, 0, 0, .. inner]).Build();
        frame[14 + 9] = IpProtocol.Gre;
        return frame;
    }

    private static byte[] Pptp(byte[] ppp)
    {
        byte[] frame = Outer.Payload([0x30, 0x81, 0x88, 0x0b, 0, 60, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, .. ppp, .. Inner(new FrameBuilder())]).Build();
        frame[14 + 9] = IpProtocol.Gre;
        return frame;
    }

    private static byte[] ErspanIII(byte hasPlatform)
    {
        byte[] header = [0x20, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, hasPlatform, .. new byte[hasPlatform * 8]];
        byte[] inner = Inner(new FrameBuilder().Ethernet(s_macB, s_macA));
        return Outer.Gre(sequence: 1, protocol: 0x22eb).Payload([.. header, .. inner]).Build();
    }

    private static byte[] Vxlan(params byte[] flags) =>
        Outer.Udp(1, 4789).Payload([.. flags, 0, 0, 5, 0, .. Inner(new FrameBuilder().Ethernet(s_macB, s_macA))]).Build();

    private static byte[] Dns(int flags, int questions, int answers) =>
    [
        0, 1, (byte)(flags >> 8), (byte)flags, 0, (byte)questions, 0, (byte)answers, 0, 0, 0, 0,
        7, .. "example"u8, 3, .. "com"u8, 0, 0, 1, 0, 1,
    ];

    private static byte[] Dhcp()
    {
        byte[] message = new byte[244];
        message[0] = 1;
        message[1] = 1;
        message[2] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(message.AsSpan(236), 0x63825363);
        return message;
    }
}
