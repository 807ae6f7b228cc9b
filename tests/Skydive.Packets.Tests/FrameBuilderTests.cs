using System.Buffers.Binary;
using System.Net;
using Skydive.Packets.Building;

namespace Skydive.Packets.Tests;

public sealed class FrameBuilderTests
{
    private static readonly MacAddress s_macA = MacAddress.Parse("46:9b:b0:e6:70:fb");
    private static readonly MacAddress s_macB = MacAddress.Parse("92:46:c1:21:00:ae");
    private static readonly IPAddress s_a6 = IPAddress.Parse("2001:db8::1");
    private static readonly IPAddress s_b6 = IPAddress.Parse("2001:db8::2");

    [Fact]
    public void Build_OfACapturedSegment_GivesItsVeryBytes()
    {
        // From a trace, checksums made by another machine's kernel but for TCP's, which offloading had left undone there.
        byte[] expected = Convert.FromHexString(
            "9246c12100ae469bb0e670fb08004500003c32b040004006" + "86b8c0a80002c0a800018d0c0d050720ba4900000000a002"
            + "72108182000002" + "0405b40402080a135188f90000000001030307");
        byte[] frame = new FrameBuilder().Ethernet(s_macA, s_macB)
            .IPv4(IPAddress.Parse("192.168.0.2"), IPAddress.Parse("192.168.0.1"), identification: 0x32b0, fragment: 0x4000)
            .Tcp(36108, 3333, TcpFlags.Syn, 0x0720ba49, 0, 0x7210, expected.AsSpan(54))
            .Build();
        expected.AsSpan(50, 2).CopyTo(frame.AsSpan(50));
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(frame));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(1400)]
    public void Build_WritesChecksumsThatAddUp(int payload)
    {
        byte[] bytes = new byte[payload];
        new Random(payload).NextBytes(bytes);
        AssertSum(IPv6().Tcp(1, 2, TcpFlags.Ack).Payload(bytes).Build(), IpProtocol.Tcp);
        AssertSum(IPv6().Udp(1, 2).Payload(bytes).Build(), IpProtocol.Udp);
        AssertSum(IPv6().IcmpV6(IcmpV6Type.EchoRequest, 0, 7, 8).Payload(bytes).Build(), IpProtocol.IcmpV6);

        byte[] icmp = new FrameBuilder().IPv4(IPAddress.Loopback, IPAddress.Loopback).IcmpV4(IcmpV4Type.EchoRequest, 0, 7, 8).Payload(bytes).Build();
        Assert.Equal(0, InternetChecksum.Finish(InternetChecksum.Add(icmp.AsSpan(0, 20))));
        Assert.Equal(0, InternetChecksum.Finish(InternetChecksum.Add(icmp.AsSpan(20))));

        byte[] udp = new FrameBuilder().IPv4(IPAddress.Loopback, IPAddress.Parse("10.0.0.1")).Udp(1, 2).Payload(bytes).Build();
        ulong pseudo = InternetChecksum.Add(udp.AsSpan(12, 8), IpProtocol.Udp + (ulong)udp.Length - 20);
        Assert.Equal(0, InternetChecksum.Finish(InternetChecksum.Add(udp.AsSpan(20), pseudo)));
        Assert.Equal(8 + payload, BinaryPrimitives.ReadUInt16BigEndian(udp.AsSpan(24)));

        static FrameBuilder IPv6() => new FrameBuilder().IPv6(s_a6, s_b6);

        static void AssertSum(byte[] packet, byte protocol)
        {
            ulong pseudo = InternetChecksum.Add(packet.AsSpan(8, 32), protocol + (ulong)packet.Length - 40);
            Assert.Equal(0, InternetChecksum.Finish(InternetChecksum.Add(packet.AsSpan(40), pseudo)));
            Assert.Equal(packet.Length - 40, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(4)));
            Assert.Equal(protocol, packet[6]);
        }
    }

    [Fact]
    public void Build_OfAUdpChecksumOfZero_WritesAllOnes()
    {
        // The payload that makes the sum come out at all ones.
        byte[] Frame(ushort word) => new FrameBuilder().IPv4(IPAddress.Any, IPAddress.Any).Udp(0, 0).Payload([(byte)(word >> 8), (byte)word]).Build();
        ushort checksum = BinaryPrimitives.ReadUInt16BigEndian(Frame(0).AsSpan(26));
        Assert.Equal(0xffff, BinaryPrimitives.ReadUInt16BigEndian(Frame(checksum).AsSpan(26)));
    }

    [Fact]
    public void Build_Twice_GivesTheSameAndCanGoOn()
    {
        FrameBuilder builder = new FrameBuilder().Ethernet(s_macA, s_macB).Vlan(5).IPv6(s_a6, s_b6);
        byte[] first = builder.Build();
        Assert.Equal(first, builder.Build());
        byte[] second = builder.Udp(1, 2).Build();
        Assert.True(PacketDecoder.TryDecode(second, LinkType.Ethernet, default, out DecodedPacket packet));
        Assert.Equal("Ethernet/Dot1Q/IPv6/UDP", packet.Path.ToString());
    }

    [Fact]
    public void Build_OfWhatCannotBe_Throws()
    {
        Assert.Throws<InvalidOperationException>(() => new FrameBuilder().Ethernet(s_macA, s_macB).Udp(1, 2).Build());
        Assert.Throws<InvalidOperationException>(() => new FrameBuilder().Udp(1, 2).Build());
        Assert.Throws<InvalidOperationException>(() => new FrameBuilder().IPv4(IPAddress.Any, IPAddress.Any).Arp(1, s_macA, IPAddress.Any, s_macB, IPAddress.Any).Build());
        Assert.Throws<InvalidOperationException>(() => new FrameBuilder().IPv4(IPAddress.Any, IPAddress.Any).Payload(new byte[65530]).Build());
        Assert.Throws<InvalidOperationException>(() => new FrameBuilder().Payload(new byte[70_000]));
        Assert.ThrowsAny<ArgumentException>(() => new FrameBuilder().IPv4(s_a6, IPAddress.Any));
        Assert.ThrowsAny<ArgumentException>(() => new FrameBuilder().IPv6(s_a6, IPAddress.Any));
        Assert.ThrowsAny<ArgumentException>(() => new FrameBuilder().Vlan(4096));
        Assert.ThrowsAny<ArgumentException>(() => new FrameBuilder().Vlan(1, priority: 8));
        Assert.ThrowsAny<ArgumentException>(() => new FrameBuilder().Tcp(1, 2, TcpFlags.None, options: new byte[41]));
        Assert.ThrowsAny<ArgumentException>(() => new FrameBuilder().IPv4(IPAddress.Any, IPAddress.Any, options: new byte[41]));
        Assert.ThrowsAny<ArgumentException>(() => new FrameBuilder().IPv6Extension(IpProtocol.HopByHop, new byte[8]));
    }
}
