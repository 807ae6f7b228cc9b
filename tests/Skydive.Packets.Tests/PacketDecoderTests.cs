using System.Net;
using Skydive.Packets.Building;

namespace Skydive.Packets.Tests;

public sealed class PacketDecoderTests
{
    private static readonly MacAddress s_macA = MacAddress.Parse("02:00:00:00:00:01");
    private static readonly MacAddress s_macB = MacAddress.Parse("02:00:00:00:00:02");
    private static readonly IPAddress s_a = IPAddress.Parse("10.1.2.3");
    private static readonly IPAddress s_b = IPAddress.Parse("192.168.4.5");
    private static readonly IPAddress s_a6 = IPAddress.Parse("2001:db8:1:2:3:4:5:6");
    private static readonly IPAddress s_b6 = IPAddress.Parse("fe80::1");

    [Fact]
    public void TryDecode_OfALiteralFrame_GivesItsFields()
    {
        // From a trace: 192.168.0.2.36108 > 192.168.0.1.3333: Flags [S], with options.
        byte[] frame = Convert.FromHexString(
            "9246c12100ae469bb0e670fb08004500003c32b040004006" + "86b8c0a80002c0a800018d0c0d050720ba4900000000a002"
            + "72108182000002" + "0405b40402080a135188f90000000001030307");
        DecodedPacket packet = Decode(frame);
        Assert.Equal("Ethernet/IPv4/TCP", packet.Path.ToString());
        Assert.Equal("46:9b:b0:e6:70:fb", new MacAddress(packet.SourceMac).ToString());
        Assert.Equal("92:46:c1:21:00:ae", new MacAddress(packet.DestinationMac).ToString());
        Assert.Equal("192.168.0.2", DecodedPacket.ToIPAddress(packet.Network, packet.SourceHigh, packet.SourceLow).ToString());
        Assert.Equal("192.168.0.1", DecodedPacket.ToIPAddress(packet.Network, packet.DestinationHigh, packet.DestinationLow).ToString());
        Assert.Equal((36108, 3333, TcpFlags.Syn, 64), (packet.SourcePort, packet.DestinationPort, packet.TcpFlags, packet.TimeToLive));
        Assert.Equal((60, 34, 74, 74), (packet.NetworkLength, packet.TransportOffset, packet.PayloadOffset, packet.PayloadEnd));
    }

    [Fact]
    public void TryDecode_OfUdp_FindsThePayloadBeforeTheTrailer()
    {
        byte[] frame = [.. Ethernet().IPv4(s_a, s_b, timeToLive: 9).Udp(1000, 53).Payload([1, 2, 3]).Build(), 0, 0, 0, 0];
        DecodedPacket packet = Decode(frame);
        Assert.Equal("Ethernet/IPv4/UDP", packet.Path.ToString());
        Assert.Equal((1000, 53, 9), (packet.SourcePort, packet.DestinationPort, packet.TimeToLive));
        Assert.Equal([1, 2, 3], frame[packet.PayloadOffset..packet.PayloadEnd]);
    }

    [Fact]
    public void TryDecode_OfIPv4Options_SkipsThem()
    {
        DecodedPacket packet = Decode(Ethernet().IPv4(s_a, s_b, options: [7, 7, 4, 0, 0, 0, 0]).Udp(1, 2).Build());
        Assert.Equal("Ethernet/IPv4/UDP", packet.Path.ToString());
        Assert.Equal(14 + 28, packet.TransportOffset);
        Assert.Equal(2, packet.DestinationPort);
    }

    [Fact]
    public void TryDecode_OfTcpOptions_SkipsThem()
    {
        byte[] frame = Ethernet().IPv4(s_a, s_b).Tcp(1, 2, TcpFlags.Psh | TcpFlags.Ack, options: [1, 1, 1]).Payload([9]).Build();
        DecodedPacket packet = Decode(frame);
        Assert.Equal([9], frame[packet.PayloadOffset..packet.PayloadEnd]);
        Assert.Equal(TcpFlags.Psh | TcpFlags.Ack, packet.TcpFlags);
    }

    [Theory]
    [InlineData(0x2000)]
    [InlineData(0x0001)]
    [InlineData(0x3fff)]
    public void TryDecode_OfAnIPv4Fragment_StopsThere(int fragment)
    {
        DecodedPacket packet = Decode(Ethernet().IPv4(s_a, s_b, fragment: (ushort)fragment).Udp(1, 2).Build());
        Assert.Equal("Ethernet/IPv4/Fragment", packet.Path.ToString());
        Assert.Equal((LayerType.None, 0), (packet.Transport, packet.SourcePort));
    }

    [Fact]
    public void TryDecode_OfDontFragment_IsNoFragment() =>
        Assert.Equal("Ethernet/IPv4/UDP", Decode(Ethernet().IPv4(s_a, s_b, fragment: 0x4000).Udp(1, 2).Build()).Path.ToString());

    [Fact]
    public void TryDecode_OfIPv6_GivesAddresses()
    {
        DecodedPacket packet = Decode(Ethernet().IPv6(s_a6, s_b6, hopLimit: 3).Tcp(5, 6, TcpFlags.Rst).Build());
        Assert.Equal("Ethernet/IPv6/TCP", packet.Path.ToString());
        Assert.Equal(s_a6, DecodedPacket.ToIPAddress(packet.Network, packet.SourceHigh, packet.SourceLow));
        Assert.Equal(s_b6, DecodedPacket.ToIPAddress(packet.Network, packet.DestinationHigh, packet.DestinationLow));
        Assert.Equal((5, 6, TcpFlags.Rst, 3, 60), (packet.SourcePort, packet.DestinationPort, packet.TcpFlags, packet.TimeToLive, packet.NetworkLength));
    }

    [Fact]
    public void TryDecode_OfIPv6ExtensionHeaders_NamesThem()
    {
        byte[] frame = Ethernet().IPv6(s_a6, s_b6).IPv6Extension(IpProtocol.HopByHop, new byte[14]).IPv6Extension(IpProtocol.Routing, new byte[6])
            .IPv6Extension(IpProtocol.DestinationOptions, new byte[6]).Udp(7, 8).Payload([1]).Build();
        DecodedPacket packet = Decode(frame);
        Assert.Equal("Ethernet/IPv6/IPv6HopByHop/IPv6Routing/IPv6Destination/UDP", packet.Path.ToString());
        Assert.Equal(8, packet.DestinationPort);
        Assert.Equal([1], frame[packet.PayloadOffset..packet.PayloadEnd]);
    }

    [Fact]
    public void TryDecode_OfIPv6Fragments_StopsThereUnlessTheyAreWhole()
    {
        Assert.Equal("Ethernet/IPv6/IPv6Fragment/Fragment", Path([0, 1, 0, 0, 0, 1]));
        Assert.Equal("Ethernet/IPv6/IPv6Fragment/Fragment", Path([1, 0, 0, 0, 0, 1]));
        Assert.Equal("Ethernet/IPv6/IPv6Fragment/UDP", Path([0, 0, 0, 0, 0, 1]));

        static string Path(byte[] body) =>
            Decode(Ethernet().IPv6(s_a6, s_b6).IPv6Extension(IpProtocol.Fragment, body).Udp(1, 2).Build()).Path.ToString();
    }

    [Fact]
    public void TryDecode_OfIcmp_GivesTypeAndIdentifier()
    {
        DecodedPacket packet = Decode(Ethernet().IPv4(s_a, s_b).IcmpV4(IcmpV4Type.EchoReply, 0, 123, 456).Build());
        Assert.Equal("Ethernet/IPv4/ICMPv4", packet.Path.ToString());
        Assert.Equal((0, 0, 123, 456), (packet.IcmpType, packet.IcmpCode, packet.IcmpIdentifier, packet.IcmpSequence));

        packet = Decode(Ethernet().IPv6(s_a6, s_b6).IcmpV6(IcmpV6Type.EchoRequest, 0, 123, 456).Build());
        Assert.Equal("Ethernet/IPv6/ICMPv6/ICMPv6Echo", packet.Path.ToString());
        Assert.Equal((128, 0, 123, 456), (packet.IcmpType, packet.IcmpCode, packet.IcmpIdentifier, packet.IcmpSequence));

        packet = Decode(Ethernet().IPv6(s_a6, s_b6).IcmpV6(IcmpV6Type.DestinationUnreachable, 4, 123, 456).Build());
        Assert.Equal("Ethernet/IPv6/ICMPv6", packet.Path.ToString());
        Assert.Equal((1, 4, 0), (packet.IcmpType, packet.IcmpCode, packet.IcmpIdentifier));
    }

    [Theory]
    [InlineData(130, 0, "MLDv1MulticastListenerQuery")]
    [InlineData(130, 20, "MLDv2MulticastListenerQuery")]
    [InlineData(131, 0, "MLDv1MulticastListenerReport")]
    [InlineData(132, 0, "MLDv1MulticastListenerDone")]
    [InlineData(143, 0, "MLDv2MulticastListenerReport")]
    [InlineData(135, 0, "ICMPv6NeighborSolicitation")]
    [InlineData(137, 0, "ICMPv6Redirect")]
    public void TryDecode_OfNeighborAndListenerMessages_NamesThem(int type, int payload, string name) => Assert.Equal(
        $"Ethernet/IPv6/ICMPv6/{name}", Decode(Ethernet().IPv6(s_a6, s_b6).IcmpV6((byte)type).Payload(new byte[payload]).Build()).Path.ToString());

    [Fact]
    public void TryDecode_OfIcmpInTheWrongIP_StopsAtIP()
    {
        Assert.Equal("Ethernet/IPv4", Decode(Ethernet().IPv4(s_a, s_b, protocol: IpProtocol.IcmpV6).Payload(new byte[8]).Build()).Path.ToString());
        Assert.Equal("Ethernet/IPv6", Decode(Ethernet().IPv6(s_a6, s_b6, nextHeader: IpProtocol.Icmp).Payload(new byte[8]).Build()).Path.ToString());
    }

    [Fact]
    public void TryDecode_OfSctp_GivesPorts()
    {
        DecodedPacket packet = Decode(Ethernet().IPv4(s_a, s_b).Sctp(2905, 2906).Build());
        Assert.Equal("Ethernet/IPv4/SCTP", packet.Path.ToString());
        Assert.Equal((2905, 2906, LayerType.SCTP), (packet.SourcePort, packet.DestinationPort, packet.Transport));
    }

    [Fact]
    public void TryDecode_OfVlans_PacksTheirIdentifiers()
    {
        DecodedPacket packet = Decode(Ethernet().Vlan(8, isProvider: true).Vlan(10, priority: 7).Vlan(20).Vlan(30).IPv4(s_a, s_b).Udp(1, 2).Build());
        Assert.Equal("Ethernet/Dot1Q/Dot1Q/Dot1Q/Dot1Q/IPv4/UDP", packet.Path.ToString());
        Assert.Equal(2061919887368UL, packet.VlanIdentifiers);
    }

    [Fact]
    public void TryDecode_OfATagFromTheRing_PutsItOutermost()
    {
        byte[] frame = Ethernet().Vlan(10).IPv4(s_a, s_b).Udp(1, 2).Build();
        Assert.True(PacketDecoder.TryDecode(frame, LinkType.Ethernet, new VlanTag(0xf008), out DecodedPacket packet));
        Assert.Equal("Ethernet/Dot1Q/Dot1Q/IPv4/UDP", packet.Path.ToString());
        Assert.Equal(40968UL, packet.VlanIdentifiers);
    }

    [Fact]
    public void TryDecode_OfAPriorityTag_IsATag()
    {
        Assert.True(new VlanTag(0).IsPresent);
        Assert.False(VlanTag.None.IsPresent);
        Assert.True(PacketDecoder.TryDecode(Ethernet().IPv4(s_a, s_b).Build(), LinkType.Ethernet, new VlanTag(0xe000), out DecodedPacket packet));
        Assert.Equal("Ethernet/Dot1Q/IPv4", packet.Path.ToString());
        Assert.Equal(0UL, packet.VlanIdentifiers);
    }

    [Fact]
    public void TryDecode_OfMoreVlansThanAPathHolds_Stops()
    {
        var builder = Ethernet();
        for (int i = 1; i <= 30; i++)
        {
            builder.Vlan(i);
        }

        DecodedPacket packet = Decode(builder.IPv4(s_a, s_b).Udp(1, 2).Build());
        Assert.Equal(LayerPath.MaxLayers, packet.Path.Count);
        Assert.Equal(LayerType.None, packet.Network);
        Assert.Equal(1UL | (2UL << 12) | (3UL << 24) | (4UL << 36) | (5UL << 48), packet.VlanIdentifiers);
    }

    [Fact]
    public void TryDecode_OfArp_NamesIt()
    {
        DecodedPacket packet = Decode(Ethernet().Arp(1, s_macA, s_a, default, s_b).Build());
        Assert.Equal("Ethernet/ARP", packet.Path.ToString());
        Assert.Equal(LayerType.None, packet.Network);
        Assert.Equal(42, packet.PayloadOffset);
    }

    [Theory]
    [InlineData(0x88cc, "Ethernet/LLDP")]
    [InlineData(0x888e, "Ethernet/EAPOL")]
    [InlineData(0x1234, "Ethernet")]
    [InlineData(0x0000, "Ethernet")]
    public void TryDecode_OfOtherEtherTypes_NamesWhatItKnows(int etherType, string path) =>
        Assert.Equal(path, Decode(Ethernet((ushort)etherType).Payload(new byte[50]).Build()).Path.ToString());

    [Fact]
    public void TryDecode_OfLlc_NamesSpanningTreeAndSnap()
    {
        Assert.Equal("Ethernet/LLC/STP", Decode(Ethernet(38).Payload([0x42, 0x42, 3, 0, 0]).Build()).Path.ToString());
        Assert.Equal("Ethernet/LLC", Decode(Ethernet(38).Payload([0xe0, 0xe0, 3, 0, 0]).Build()).Path.ToString());
        Assert.Equal("Ethernet/LLC/SNAP", Decode(Ethernet(38).Payload([0xaa, 0xaa, 3, 0, 0, 12, 0x20, 0]).Build()).Path.ToString());
        byte[] ip = new FrameBuilder().IPv4(s_a, s_b).Udp(1, 2).Build();
        Assert.Equal(
            "Ethernet/LLC/SNAP/IPv4/UDP", Decode(Ethernet(38).Payload([0xaa, 0xaa, 3, 0, 0, 0, 8, 0, .. ip]).Build()).Path.ToString());
    }

    [Theory]
    [InlineData(47, "GRE")]
    [InlineData(2, "IGMP")]
    [InlineData(89, "OSPF")]
    [InlineData(112, "VRRP")]
    [InlineData(50, "IPSecESP")]
    [InlineData(136, "UDPLite")]
    public void TryDecode_OfOtherProtocols_NamesThem(int protocol, string name) => Assert.Equal(
        $"Ethernet/IPv4/{name}", Decode(Ethernet().IPv4(s_a, s_b, protocol: (byte)protocol).Payload(new byte[40]).Build()).Path.ToString());

    [Fact]
    public void TryDecode_OfAnAuthenticationHeader_GoesOnBehindIt()
    {
        byte[] udp = new FrameBuilder().IPv4(s_a, s_b).Udp(11, 12).Payload([5]).Build()[20..];
        byte[] frame = Ethernet().IPv4(s_a, s_b, protocol: IpProtocol.AuthenticationHeader)
            .Payload([IpProtocol.Udp, 4, 0, 0, .. new byte[20], .. udp]).Build();
        DecodedPacket packet = Decode(frame);
        Assert.Equal("Ethernet/IPv4/IPSecAH/UDP", packet.Path.ToString());
        Assert.Equal(12, packet.DestinationPort);
        Assert.Equal([5], frame[packet.PayloadOffset..packet.PayloadEnd]);
    }

    [Theory]
    [InlineData(LinkType.Raw)]
    [InlineData(LinkType.RawBsd)]
    [InlineData(LinkType.RawOpenBsd)]
    [InlineData(LinkType.IPv4)]
    public void TryDecode_OfRawIP_HasNoLink(LinkType linkType)
    {
        Assert.True(PacketDecoder.TryDecode(new FrameBuilder().IPv4(s_a, s_b).Udp(1, 2).Build(), linkType, default, out DecodedPacket packet));
        Assert.Equal("IPv4/UDP", packet.Path.ToString());
        Assert.False(packet.HasLink);
    }

    [Fact]
    public void TryDecode_OfRawIPv6_HasNoLink()
    {
        Assert.True(PacketDecoder.TryDecode(new FrameBuilder().IPv6(s_a6, s_b6).Udp(1, 2).Build(), LinkType.IPv6, default, out DecodedPacket packet));
        Assert.Equal("IPv6/UDP", packet.Path.ToString());
    }

    [Fact]
    public void TryDecode_OfCookedFrames_LeavesTheCookedHeaderOut()
    {
        byte[] ip = new FrameBuilder().IPv4(s_a, s_b).Udp(1, 2).Build();
        Assert.True(PacketDecoder.TryDecode([.. new byte[14], 8, 0, .. ip], LinkType.LinuxSll, default, out DecodedPacket packet));
        Assert.Equal(("IPv4/UDP", false, 16 + 20), (packet.Path.ToString(), packet.HasLink, packet.TransportOffset));
        Assert.True(PacketDecoder.TryDecode([8, 0, .. new byte[18], .. ip], LinkType.LinuxSll2, default, out packet));
        Assert.Equal("IPv4/UDP", packet.Path.ToString());
        Assert.True(PacketDecoder.TryDecode([.. new byte[14], 0x81, 0, 0, 5, 8, 0, .. ip], LinkType.LinuxSll, default, out packet));
        Assert.Equal(("Dot1Q/IPv4/UDP", 5UL), (packet.Path.ToString(), packet.VlanIdentifiers));
        Assert.False(PacketDecoder.TryDecode([.. new byte[14], 8, 6, .. new byte[28]], LinkType.LinuxSll, default, out _));
    }

    [Fact]
    public void TryDecode_OfNothing_IsFalse()
    {
        Assert.False(PacketDecoder.TryDecode([], LinkType.Ethernet, default, out _));
        Assert.False(PacketDecoder.TryDecode(new byte[13], LinkType.Ethernet, default, out _));
        Assert.False(PacketDecoder.TryDecode([], LinkType.Raw, default, out _));
        Assert.False(PacketDecoder.TryDecode([0x45], LinkType.Raw, default, out _));
        Assert.False(PacketDecoder.TryDecode(new byte[15], LinkType.LinuxSll, default, out _));
        Assert.False(PacketDecoder.TryDecode(new byte[100], (LinkType)9999, default, out _));
        Assert.False(PacketDecoder.IsSupported((LinkType)9999));
    }

    [Fact]
    public void TryDecode_OfContradictoryHeaders_StopsBeforeThem()
    {
        byte[] ip = Ethernet().IPv4(s_a, s_b).Udp(1, 2).Build();
        Assert.Equal("Ethernet", Path(ip, 14, 0x35));
        Assert.Equal("Ethernet", Path(ip, 14, 0x44));
        Assert.Equal("Ethernet", Path(ip, 14, 0x4f));
        Assert.Equal("Ethernet", Path(ip, 17, 19));
        byte[] tcp = Ethernet().IPv4(s_a, s_b).Tcp(1, 2, TcpFlags.Ack).Build();
        Assert.Equal("Ethernet/IPv4", Path(tcp, 14 + 20 + 12, 0x40));
        Assert.Equal("Ethernet/IPv4/TCP", Path(tcp, 14 + 20 + 12, 0xf0));
        byte[] six = Ethernet().IPv6(s_a6, s_b6).IPv6Extension(IpProtocol.HopByHop, new byte[6]).Udp(1, 2).Build();
        Assert.Equal("Ethernet", Path(six, 14, 0x70));
        Assert.Equal("Ethernet/IPv6", Path(six, 14 + 40 + 1, 200));

        static string Path(byte[] frame, int position, byte value)
        {
            byte[] changed = (byte[])frame.Clone();
            changed[position] = value;
            return Decode(changed).Path.ToString();
        }
    }

    [Fact]
    public void TryDecode_OfOffloadedSegments_TakesTheWholeFrame()
    {
        // Segmentation offload leaves a length of 0 in the IP header.
        byte[] frame = Ethernet().IPv4(s_a, s_b).Tcp(1, 2, TcpFlags.Ack).Payload(new byte[100]).Build();
        frame[16] = frame[17] = 0;
        DecodedPacket packet = Decode(frame);
        Assert.Equal(("Ethernet/IPv4/TCP", 0, frame.Length), (packet.Path.ToString(), packet.NetworkLength, packet.PayloadEnd));
        frame = Ethernet().IPv6(s_a6, s_b6).Tcp(1, 2, TcpFlags.Ack).Payload(new byte[100]).Build();
        frame[18] = frame[19] = 0;
        packet = Decode(frame);
        Assert.Equal(("Ethernet/IPv6/TCP", 0, frame.Length), (packet.Path.ToString(), packet.NetworkLength, packet.PayloadEnd));
    }

    [Fact]
    public void TryDecode_OfEveryTruncation_NeverGrowsThePath()
    {
        byte[][] frames =
        [
            Ethernet().Vlan(1).Vlan(2).IPv4(s_a, s_b, options: [1, 2, 3, 4]).Tcp(1, 2, TcpFlags.Ack, options: [1, 1, 1, 1]).Payload([1, 2]).Build(),
            Ethernet().IPv6(s_a6, s_b6).IPv6Extension(IpProtocol.HopByHop, new byte[6]).IcmpV6(IcmpV6Type.EchoRequest).Build(),
            Ethernet().Arp(2, s_macA, s_a, s_macB, s_b).Build(),
        ];
        foreach (byte[] frame in frames)
        {
            int last = Decode(frame).Path.Count;
            for (int length = frame.Length - 1; length >= 0; length--)
            {
                PacketDecoder.TryDecode(frame.AsSpan(0, length), LinkType.Ethernet, default, out DecodedPacket packet);
                Assert.InRange(packet.Path.Count, 0, last);
                Assert.InRange(packet.PayloadOffset, 0, length);
                Assert.InRange(packet.PayloadEnd, packet.PayloadOffset, length);
                last = packet.Path.Count;
            }

            Assert.Equal(0, last);
        }
    }

    [Fact]
    public void TryDecode_OfMutatedFrames_StaysWithinThem()
    {
        byte[][] seeds =
        [
            Ethernet().Vlan(1).IPv4(s_a, s_b, options: [1, 2, 3, 4]).Tcp(1, 2, TcpFlags.Ack).Payload(new byte[20]).Build(),
            Ethernet().IPv6(s_a6, s_b6).IPv6Extension(IpProtocol.HopByHop, new byte[6]).IPv6Extension(IpProtocol.Fragment, new byte[6])
                .IcmpV6(IcmpV6Type.EchoRequest).Build(),
            Ethernet().IPv4(s_a, s_b, protocol: IpProtocol.AuthenticationHeader).Payload([51, 1, .. new byte[10], 51, 1, .. new byte[10]]).Build(),
            Ethernet(30).Payload([0xaa, 0xaa, 3, 0, 0, 0, 8, 0, 0x45, .. new byte[30]]).Build(),
            Ethernet().Arp(2, s_macA, s_a, s_macB, s_b).Build(),
        ];
        LinkType[] linkTypes = Enum.GetValues<LinkType>();
        var random = new Random(42);
        int decoded = 0;
        for (int i = 0; i < 400_000; i++)
        {
            byte[] frame = (byte[])seeds[i % seeds.Length].Clone();
            for (int n = random.Next(1, 8); n > 0; n--)
            {
                frame[random.Next(frame.Length)] = (byte)random.Next(256);
            }

            // An exact copy, so that reading one byte too many is an exception.
            byte[] cut = frame[..random.Next(frame.Length + 1)];
            bool isDecoded = PacketDecoder.TryDecode(
                cut, linkTypes[i % 3 == 0 ? random.Next(linkTypes.Length) : 0], i % 7 == 0 ? new VlanTag(5) : default, out DecodedPacket packet);
            decoded += isDecoded ? 1 : 0;
            Assert.True(packet.PayloadOffset <= packet.PayloadEnd && packet.PayloadEnd <= cut.Length, "payload outside the frame");
            Assert.True(packet.TransportOffset <= packet.PayloadOffset || packet.Network == LayerType.None, "transport behind payload");
            Assert.Equal(isDecoded, packet.HasLink || packet.Network != LayerType.None);
            Assert.InRange(packet.Path.Count, isDecoded ? 1 : 0, LayerPath.MaxLayers);
        }

        Assert.InRange(decoded, 100_000, 400_000);
    }

    [Fact]
    public void TryDecode_DoesNotAllocate()
    {
        byte[] frame = Ethernet().Vlan(1).IPv6(s_a6, s_b6).IPv6Extension(IpProtocol.HopByHop, new byte[6]).Udp(1, 2).Build();
        Decode(frame);
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 1000; i++)
        {
            PacketDecoder.TryDecode(frame, LinkType.Ethernet, default, out _);
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
    }

    private static FrameBuilder Ethernet(ushort? etherType = null) => new FrameBuilder().Ethernet(s_macA, s_macB, etherType);

    private static DecodedPacket Decode(byte[] frame)
    {
        Assert.True(PacketDecoder.TryDecode(frame, LinkType.Ethernet, default, out DecodedPacket packet));
        return packet;
    }
}
