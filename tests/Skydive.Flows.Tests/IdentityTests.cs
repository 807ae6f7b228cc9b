using Skydive.Contracts.Flows;
using Skydive.Flows.Hashing;
using Skydive.Flows.Table;
using Skydive.Packets;
using Skydive.Packets.Building;
using static Skydive.Flows.Tests.Frames;

namespace Skydive.Flows.Tests;

/// <summary>Identifiers that Skydive 0.28 itself gave to these conversations, on a node of a known TID at known times.</summary>
public sealed class IdentityTests
{
    private const string NodeTid = "9b8ecef3-d828-51d0-419a-bda7ed30a3fa";
    private static readonly MacAddress s_one = MacAddress.Parse("02:00:00:00:00:01");
    private static readonly MacAddress s_two = MacAddress.Parse("02:00:00:00:00:02");

    public static TheoryData<string, long, string, string, string> Recorded => new()
    {
        { "arp-request", 1795221180636, "80a8982345b23ef7", "ef46db3751d8e999", "44587d98fdf7b0fc" },
        { "arp-reply", 1795221180636, "946a4ed520a15504", "ef46db3751d8e999", "493e65c5ffdf10eb" },
        { "echo", 1795221180636, "428dc4642eebb56a", "62e0c5519d2c65af", "bef1e6e7f10e92ed" },
        { "udp", 1795221181813, "e89fa16ee99a3161", "d6c8468b18bb055c", "402d3f77c1e20f93" },
        { "unreachable", 1795221181813, "d446a4b7036df3c3", "c37893eee1298404", "ba5c1314ef76e8b" },
        { "tcp", 1795221181813, "815e3fd7eca58bd6", "e4ff57eff6ffbc25", "2c0dc649192687c3" },
    };

    [Theory]
    [MemberData(nameof(Recorded))]
    public void Identifiers_OfARecordedConversation_AreSkydives(string name, long start, string trackingId, string l3TrackingId, string uuid)
    {
        var there = new FrameBuilder().Ethernet(s_one, s_two);
        var back = new FrameBuilder().Ethernet(s_two, s_one);
        byte[] frame = name switch
        {
            "arp-request" => new FrameBuilder().Ethernet(s_one, MacAddress.Broadcast).Arp(1, s_one, Address("10.0.0.1"), default, Address("10.0.0.2")).Build(),
            "arp-reply" => back.Arp(2, s_two, Address("10.0.0.2"), s_one, Address("10.0.0.1")).Build(),
            "echo" => there.IPv4(Address("10.0.0.1"), Address("10.0.0.2")).IcmpV4(IcmpV4Type.EchoRequest, 0, 27849, 1).Build(),
            "udp" => there.IPv4(Address("10.0.0.1"), Address("10.0.0.2")).Udp(40002, 9999).Build(),
            "unreachable" => back.IPv4(Address("10.0.0.2"), Address("10.0.0.1")).IcmpV4(IcmpV4Type.DestinationUnreachable, 3).Build(),
            _ => there.IPv4(Address("10.0.0.1"), Address("10.0.0.2")).Tcp(40001, 8080, TcpFlags.Syn).Build(),
        };
        var collector = new FlowCollector();
        using var table = new FlowTable(new FlowTableOptions { NodeTid = NodeTid, CaptureId = "c" }, collector);
        table.Process(frame, frame.Length, start * 1_000_000);
        table.Finish(start * 1_000_000);
        Flow flow = Assert.Single(collector.Flows);
        Assert.Equal(trackingId, flow.TrackingID);
        Assert.Equal(l3TrackingId, flow.L3TrackingID);
        Assert.Equal(uuid, flow.UUID);
        Assert.Equal(NodeTid, flow.NodeTID);
        Assert.Equal("c", flow.CaptureID);
    }

    [Fact]
    public void Identifiers_OfIPv6_AreThoseOfTheHasherThatSpoilsItsLanes()
    {
        // From an independent implementation of the recipe that gives the recorded identifiers above.
        byte[] frame = new FrameBuilder().Ethernet(MacAddress.Parse("46:9b:b0:e6:70:fb"), MacAddress.Parse("92:46:c1:21:00:ae"))
            .IPv6(Address("fd49:37c8:5229::2"), Address("fd49:37c8:5229::1")).Tcp(35294, 3333, TcpFlags.Syn).Build();
        var collector = new FlowCollector();
        using var table = new FlowTable(new FlowTableOptions { NodeTid = NodeTid }, collector);
        table.Process(frame, 1490087502605 * Millisecond);
        table.Finish(1490087502605 * Millisecond);
        Flow flow = Assert.Single(collector.Flows);
        Assert.Equal(("159999627b51686f", "2fd5bf8e0cd737d9", "e8030872e874dbda"), (flow.TrackingID, flow.L3TrackingID, flow.UUID));
    }

    [Theory]
    [InlineData("", 0UL, 0xef46db3751d8e999UL)]
    [InlineData("a", 0UL, 0xd24ec4f1a98c6e5bUL)]
    [InlineData("as", 0UL, 0x1c330fb2d66be179UL)]
    [InlineData("asd", 0UL, 0x631c37ce72a97393UL)]
    [InlineData("asdf", 0UL, 0x415872f599cea71eUL)]
    [InlineData("abc", 0UL, 0x44bc2cf5ad770999UL)]
    [InlineData("Call me Ishmael. Some years ago--never mind how long precisely-", 0UL, 0x02a2e85470d6fd96UL)]
    public void XxHash64_OfAKnownText_IsTheKnownHash(string text, ulong seed, ulong hash) =>
        Assert.Equal(hash, XxHash64.Hash(System.Text.Encoding.ASCII.GetBytes(text), seed));

    [Fact]
    public void XxHash64_WithASeed_IsTheKnownHash()
    {
        // The reference implementation's sanity check: bytes of a multiplicative generator, seeds 0 and the 32-bit prime.
        const ulong Prime32 = 2654435761;
        const ulong Prime64 = 11400714785074694797;
        byte[] bytes = new byte[222];
        ulong generator = Prime32;
        for (int i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(generator >> 56);
            generator *= Prime64;
        }

        Assert.Equal(0xef46db3751d8e999UL, XxHash64.Hash([]));
        Assert.Equal(0xac75fda2929b17efUL, XxHash64.Hash([], Prime32));
        Assert.Equal(0xe934a84adb052768UL, XxHash64.Hash(bytes.AsSpan(0, 1)));
        Assert.Equal(0x5014607643a9b4c3UL, XxHash64.Hash(bytes.AsSpan(0, 1), Prime32));
        Assert.Equal(0x8282dcc4994e35c8UL, XxHash64.Hash(bytes.AsSpan(0, 14)));
        Assert.Equal(0xc3bd6bf63deb6df0UL, XxHash64.Hash(bytes.AsSpan(0, 14), Prime32));
        Assert.Equal(0xb641ae8cb691c174UL, XxHash64.Hash(bytes));
        Assert.Equal(0x20cb8ab7ae10c14aUL, XxHash64.Hash(bytes, Prime32));
    }

    [Fact]
    public void LinkId_OfNestedVlans_PacksTheOutermostLowest()
    {
        Assert.Equal(8, LinkId(8));
        Assert.Equal(40968, LinkId(8, 10));
        Assert.Equal(335585288, LinkId(8, 10, 20));
        Assert.Equal(2061919887368, LinkId(8, 10, 20, 30));

        static long LinkId(params int[] vlans)
        {
            Flow flow = FlowOf(Vlans(vlans));
            Assert.Equal("Ethernet/" + string.Concat(Enumerable.Repeat("Dot1Q/", vlans.Length)) + "IPv4/ICMPv4", flow.LayersPath);
            return flow.Link!.ID;
        }
    }

    [Fact]
    public void LinkId_OfATagThatTheKernelCutOff_IsThatOfTheWholeFrame()
    {
        byte[] whole = Vlans(8, 10);
        byte[] cut = Vlans(10);
        var collector = new FlowCollector();
        using var table = new FlowTable(new FlowTableOptions(), collector);
        table.Process(whole, whole.Length, 0);
        table.Process(cut, cut.Length, 0, new VlanTag(0x2008));
        table.Finish(0);
        Flow flow = Assert.Single(collector.Flows);
        Assert.Equal("Ethernet/Dot1Q/Dot1Q/IPv4/ICMPv4", flow.LayersPath);
        Assert.Equal(40968, flow.Link!.ID);
        Assert.Equal(2, flow.Metric!.ABPackets);
        Assert.Equal(2 * whole.Length, flow.Metric.ABBytes);
    }

    [Fact]
    public void ParentUuid_IsPartOfTheKeyButNotOfTheTrackingIds()
    {
        Assert.True(PacketDecoder.TryDecode(Vlans(1), LinkType.Ethernet, default, out DecodedPacket packet));
        FlowKey.Create(in packet, useLink: true, parent: 0, out FlowKey outer);
        FlowKey.Create(in packet, useLink: true, parent: 0xab, out FlowKey inner);
        FlowIdentity outerIdentity = outer.GetIdentity();
        FlowIdentity innerIdentity = inner.GetIdentity();
        Assert.False(outer.Equals(in inner));
        Assert.Equal(outerIdentity.L2Key, innerIdentity.L2Key);
        Assert.Equal(outerIdentity.L3Key, innerIdentity.L3Key);
        Assert.NotEqual(outerIdentity.TableKey, innerIdentity.TableKey);
    }

    [Theory]
    [InlineData(0, 0, "ECHO")]
    [InlineData(8, 0, "ECHO")]
    [InlineData(3, 1, "DESTINATION_UNREACHABLE")]
    [InlineData(4, 0, "SOURCE_QUENCH")]
    [InlineData(5, 0, "REDIRECT")]
    [InlineData(9, 0, "ROUTER")]
    [InlineData(10, 0, "ROUTER")]
    [InlineData(11, 0, "TIME_EXCEEDED")]
    [InlineData(12, 0, "PARAMETER_PROBLEM")]
    [InlineData(13, 0, "TIMESTAMP")]
    [InlineData(14, 0, "TIMESTAMP")]
    [InlineData(15, 0, "INFO")]
    [InlineData(16, 0, "INFO")]
    [InlineData(17, 0, "ADDRESS_MASK")]
    [InlineData(18, 0, "ADDRESS_MASK")]
    [InlineData(99, 7, "UNKNOWN")]
    public void IcmpType_OfIPv4_HasItsName(int type, int code, string name)
    {
        Flow flow = FlowOf(new FrameBuilder().Ethernet(MacA, MacB).IPv4(AddressA, AddressB).IcmpV4((byte)type, (byte)code).Build());
        Assert.Equal((name, code), (flow.ICMP!.Type, flow.ICMP.Code));
    }

    [Theory]
    [InlineData(128, "ECHO", "ICMPv6Echo")]
    [InlineData(129, "ECHO", "ICMPv6Echo")]
    [InlineData(1, "DESTINATION_UNREACHABLE", "ICMPv6")]
    [InlineData(2, "PACKET_TOO_BIG", "ICMPv6")]
    [InlineData(3, "TIME_EXCEEDED", "ICMPv6")]
    [InlineData(4, "PARAMETER_PROBLEM", "ICMPv6")]
    [InlineData(133, "ROUTER", "ICMPv6RouterSolicitation")]
    [InlineData(134, "ROUTER", "ICMPv6RouterAdvertisement")]
    [InlineData(135, "NEIGHBOR", "ICMPv6NeighborSolicitation")]
    [InlineData(136, "NEIGHBOR", "ICMPv6NeighborAdvertisement")]
    [InlineData(137, "REDIRECT", "ICMPv6Redirect")]
    [InlineData(200, "UNKNOWN", "ICMPv6")]
    public void IcmpType_OfIPv6_HasItsName(int type, string name, string application)
    {
        Flow flow = FlowOf(new FrameBuilder().Ethernet(MacA, MacB).IPv6(AddressA6, AddressB6).IcmpV6((byte)type).Build());
        Assert.Equal((name, application), (flow.ICMP!.Type, flow.Application));
    }
}
