using System.Net;
using Skydive.Linux.Netlink;
using Skydive.Linux.Route;
using Skydive.Linux.Tests.Netlink;

namespace Skydive.Linux.Tests.Route;

/// <summary>What is special to kinds of interfaces, in messages as kernels with those kinds send them.</summary>
public sealed class LinkDetailsTests
{
    private static readonly byte[] s_local = [192, 0, 2, 1];
    private static readonly byte[] s_remote = [198, 51, 100, 2];
    private static readonly byte[] s_local6 = IPAddress.Parse("2001:db8::1").GetAddressBytes();
    private static readonly byte[] s_remote6 = IPAddress.Parse("2001:db8::2").GetAddressBytes();

    /// <summary>A GRE tunnel with a key in one direction.</summary>
    internal static byte[] Gre { get; } = Info(
        "gretap",
        MessageWriter.Attribute(1, MessageWriter.Number(3)),
        MessageWriter.Attribute(2, MessageWriter.BigEndian(0x2000)),
        MessageWriter.Attribute(3, MessageWriter.BigEndian(0)),
        MessageWriter.Attribute(4, [0, 0, 1, 2]),
        MessageWriter.Attribute(5, [0, 0, 3, 4]),
        MessageWriter.Attribute(6, s_local),
        MessageWriter.Attribute(7, s_remote),
        MessageWriter.Attribute(8, [64]));

    /// <summary>Two virtual functions, of which the second has a driver that knows less.</summary>
    internal static byte[] VirtualFunctions { get; } = MessageWriter.Join(
        MessageWriter.LinkHeader(7),
        MessageWriter.Attribute(21, MessageWriter.Number(2)),
        MessageWriter.Attribute(
            22,
            MessageWriter.Attribute(
                1,
                MessageWriter.Attribute(1, MessageWriter.Number(0), [2, 0, 0, 0, 0, 0x10], new byte[26]),
                MessageWriter.Attribute(13, new byte[32]),
                MessageWriter.Attribute(2, MessageWriter.Number(0), MessageWriter.Number(100), MessageWriter.Number(5)),
                MessageWriter.Attribute(3, MessageWriter.Number(0), MessageWriter.Number(900)),
                MessageWriter.Attribute(6, MessageWriter.Number(0), MessageWriter.Number(100), MessageWriter.Number(1000)),
                MessageWriter.Attribute(4, MessageWriter.Number(0), MessageWriter.Number(1)),
                MessageWriter.Attribute(5, MessageWriter.Number(0), MessageWriter.Number(2)),
                MessageWriter.Attribute(9, MessageWriter.Number(0), MessageWriter.Number(0))),
            MessageWriter.Attribute(
                1,
                MessageWriter.Attribute(1, MessageWriter.Number(1), [2, 0, 0, 0, 0, 0x11], new byte[26]),
                MessageWriter.Attribute(4, MessageWriter.Number(1), MessageWriter.Number(-1)),
                MessageWriter.Attribute(9, MessageWriter.Number(1), MessageWriter.Number(-1)))));

    /// <summary>A port with VLAN 1 as its own, 10 to 20 with tag, and 30 without.</summary>
    internal static byte[] BridgePort { get; } = MessageWriter.Join(
        MessageWriter.LinkHeader(7, family: 7),
        MessageWriter.Attribute(3, MessageWriter.Text("port7")),
        MessageWriter.Attribute(10, MessageWriter.Number(4)),
        MessageWriter.Attribute(
            26,
            MessageWriter.Attribute(0, MessageWriter.Short(1)),
            Vlan(6, 1),
            Vlan(8, 10),
            Vlan(0x10, 20),
            Vlan(4, 30)));

    /// <summary>A group of two next hops.</summary>
    internal static byte[] NextHopGroup { get; } = MessageWriter.Join(
        [0, 0, 4, 0, 0, 0, 0, 0],
        MessageWriter.Attribute(1, MessageWriter.Number(100)),
        MessageWriter.Attribute(2, MessageWriter.Number(1), [4, 0, 0, 0], MessageWriter.Number(2), [0, 1, 0, 0]),
        MessageWriter.Attribute(3, MessageWriter.Short(0)));

    [Theory]
    [InlineData("gre")]
    [InlineData("gretap")]
    [InlineData("erspan")]
    public void Decode_Gre_ReadsEndsTtlAndTheKeysInUse(string kind)
    {
        LinkMessage link = Decode(Info(
            kind,
            MessageWriter.Attribute(1, MessageWriter.Number(3)),
            MessageWriter.Attribute(2, MessageWriter.BigEndian(0x2000)),
            MessageWriter.Attribute(3, MessageWriter.BigEndian(0)),
            MessageWriter.Attribute(4, [0, 0, 1, 2]),
            MessageWriter.Attribute(5, [0, 0, 3, 4]),
            MessageWriter.Attribute(6, s_local),
            MessageWriter.Attribute(7, s_remote),
            MessageWriter.Attribute(8, [64])));

        Assert.Equal(
            new TunnelDetails
            {
                Local = new IPAddress(s_local),
                Remote = new IPAddress(s_remote),
                LinkIndex = 3,
                Ttl = 64,
                InputKey = 0x102,
                OutputKey = null,
            },
            link.Details);
    }

    [Fact]
    public void Decode_GreOverIpv6ToMany_HasNoRemote()
    {
        LinkMessage link = Decode(Info(
            "ip6gre",
            MessageWriter.Attribute(3, MessageWriter.BigEndian(0x2000)),
            MessageWriter.Attribute(5, [0, 0, 0, 0]),
            MessageWriter.Attribute(6, s_local6),
            MessageWriter.Attribute(7, new byte[16])));

        Assert.Equal(new TunnelDetails { Local = new IPAddress(s_local6), OutputKey = 0 }, link.Details);
    }

    [Theory]
    [InlineData("ipip")]
    [InlineData("sit")]
    public void Decode_IpTunnel_ReadsItsEnds(string kind)
    {
        LinkMessage link = Decode(Info(
            kind,
            MessageWriter.Attribute(1, MessageWriter.Number(2)),
            MessageWriter.Attribute(2, s_local),
            MessageWriter.Attribute(3, s_remote),
            MessageWriter.Attribute(4, [0]),
            MessageWriter.Attribute(9, [4])));

        Assert.Equal(new TunnelDetails { Local = new IPAddress(s_local), Remote = new IPAddress(s_remote), LinkIndex = 2 }, link.Details);
    }

    [Fact]
    public void Decode_Ipv6Tunnel_ReadsItsEnds()
    {
        LinkMessage link = Decode(Info(
            "ip6tnl", MessageWriter.Attribute(2, s_local6), MessageWriter.Attribute(3, s_remote6), MessageWriter.Attribute(4, [255])));

        Assert.Equal(new TunnelDetails { Local = new IPAddress(s_local6), Remote = new IPAddress(s_remote6), Ttl = 255 }, link.Details);
    }

    [Fact]
    public void Decode_Vti_ReadsItsEndsAndKeys()
    {
        LinkMessage link = Decode(Info(
            "vti",
            MessageWriter.Attribute(1, MessageWriter.Number(2)),
            MessageWriter.Attribute(2, [0, 0, 0, 0]),
            MessageWriter.Attribute(3, [1, 0, 0, 1]),
            MessageWriter.Attribute(4, s_local),
            MessageWriter.Attribute(5, s_remote)));

        Assert.Equal(
            new TunnelDetails
            {
                Local = new IPAddress(s_local),
                Remote = new IPAddress(s_remote),
                LinkIndex = 2,
                InputKey = null,
                OutputKey = 0x01000001,
            },
            link.Details);
    }

    [Fact]
    public void Decode_Geneve_ReadsIdRemoteAndPort()
    {
        LinkMessage link = Decode(Info(
            "geneve",
            MessageWriter.Attribute(1, MessageWriter.Number(5000)),
            MessageWriter.Attribute(7, s_remote6),
            MessageWriter.Attribute(3, [9]),
            MessageWriter.Attribute(5, MessageWriter.BigEndian(6081))));

        Assert.Equal(new GeneveDetails { Id = 5000, Remote = new IPAddress(s_remote6), Port = 6081, Ttl = 9 }, link.Details);
        Assert.True(((GeneveDetails)Decode(Info("geneve", MessageWriter.Attribute(6))).Details!).IsExternal);
    }

    [Fact]
    public void Decode_VxlanToAGroup_ReadsIt()
    {
        LinkMessage link = Decode(Info(
            "vxlan",
            MessageWriter.Attribute(1, MessageWriter.Number(42)),
            MessageWriter.Attribute(2, [239, 1, 1, 1]),
            MessageWriter.Attribute(3, MessageWriter.Number(2)),
            MessageWriter.Attribute(17, s_local6),
            MessageWriter.Attribute(5, [3]),
            MessageWriter.Attribute(7, [1]),
            MessageWriter.Attribute(15, MessageWriter.BigEndian(8472)),
            MessageWriter.Attribute(25, [0])));

        Assert.Equal(
            new VxlanDetails
            {
                Id = 42,
                Remote = IPAddress.Parse("239.1.1.1"),
                Local = new IPAddress(s_local6),
                Port = 8472,
                LinkIndex = 2,
                Ttl = 3,
                IsLearning = true,
            },
            link.Details);
        Assert.Equal(42, link.VxlanId);
    }

    [Fact]
    public void Decode_RecordedVxlan_ReadsItsDetails()
    {
        LinkMessage link = Decode(RecordedMessages.Bytes(RecordedMessages.Vxlan));

        Assert.Equal(
            new VxlanDetails { Id = 4242, Local = IPAddress.Parse("10.9.0.1"), Port = 4789, IsLearning = true }, link.Details);
    }

    [Fact]
    public void Decode_BondDetails_HasNameOfEachMode()
    {
        LinkMessage link = Decode(Info(
            "bond",
            MessageWriter.Attribute(1, [1]),
            MessageWriter.Attribute(2, MessageWriter.Number(9)),
            MessageWriter.Attribute(3, MessageWriter.Number(100))));

        Assert.Equal(new BondDetails { Mode = 1, ActiveSlaveIndex = 9, MiiMonitorMilliseconds = 100 }, link.Details);
        Assert.Equal(
            ["balance-rr", "active-backup", "balance-xor", "broadcast", "802.3ad", "balance-tlb", "balance-alb", "7"],
            Enumerable.Range(0, 8).Select(mode => new BondDetails { Mode = mode }.ModeName));
    }

    [Fact]
    public void Decode_SmallKinds_ReadTheirOneThing()
    {
        Assert.Equal(
            new MacvlanDetails { Mode = MacvlanMode.Bridge }, Decode(Info("macvtap", MessageWriter.Attribute(1, MessageWriter.Number(4)))).Details);
        Assert.Equal(new IpvlanDetails { Mode = 1 }, Decode(Info("ipvlan", MessageWriter.Attribute(1, MessageWriter.Short(1)))).Details);
        Assert.Equal(new VrfDetails { Table = 1001 }, Decode(Info("vrf", MessageWriter.Attribute(1, MessageWriter.Number(1001)))).Details);
        Assert.Equal(
            new TunDetails { IsTap = true, OwnerId = 1000, IsPersistent = true },
            Decode(Info(
                "tun",
                MessageWriter.Attribute(1, MessageWriter.Number(1000)),
                MessageWriter.Attribute(3, [2]),
                MessageWriter.Attribute(6, [1]))).Details);
        Assert.Null(Decode(Info("wireguard", MessageWriter.Attribute(1, [1]))).Details);
    }

    [Fact]
    public void Decode_VrfMember_ReadsItsTable()
    {
        LinkMessage link = Decode(MessageWriter.Join(
            MessageWriter.LinkHeader(7),
            MessageWriter.Attribute(
                18,
                MessageWriter.Attribute(4, MessageWriter.Text("vrf")),
                MessageWriter.Attribute(5, MessageWriter.Attribute(1, MessageWriter.Number(1001))))));

        Assert.Equal(new VrfMember { Table = 1001 }, link.SlaveDetails);
        Assert.Null(link.BondSlave);
        Assert.Null(link.BridgePortState);
    }

    [Fact]
    public void Decode_VirtualFunctions_ReadsEach()
    {
        LinkMessage link = Decode(VirtualFunctions);

        Assert.Equal(2, link.VirtualFunctionCount);
        Assert.Equal(
            [
                new VirtualFunction
                {
                    Id = 0,
                    Address = new HardwareAddress([2, 0, 0, 0, 0, 0x10]),
                    VlanId = 100,
                    Qos = 5,
                    MinimumTransmitRate = 100,
                    MaximumTransmitRate = 1000,
                    IsSpoofChecked = true,
                    LinkState = 2,
                    IsTrusted = false,
                },
                new VirtualFunction { Id = 1, Address = new HardwareAddress([2, 0, 0, 0, 0, 0x11]) },
            ],
            link.VirtualFunctions!);
    }

    [Fact]
    public void Decode_VirtualFunctionTooShort_IsAFault()
    {
        byte[] payload = MessageWriter.Join(
            MessageWriter.LinkHeader(7),
            MessageWriter.Attribute(22, MessageWriter.Attribute(1, MessageWriter.Attribute(2, MessageWriter.Number(0), MessageWriter.Number(1)))));

        Assert.Equal(NetlinkFault.ValueTooShort, LinkDecoder.Plain.Decode(new NetlinkMessage(16, 0, 0, 0, payload), out LinkMessage? link));
        Assert.Null(link);
    }

    [Fact]
    public void Decode_BridgePort_ReadsRangesOfVlans()
    {
        Assert.Equal(
            NetlinkFault.None, BridgePortDecoder.Instance.Decode(new NetlinkMessage(16, 0, 0, 0, BridgePort), out BridgePortMessage? port));

        Assert.Equal((7, "port7", 4), (port!.Index, port.Name, port.MasterIndex));
        Assert.Equal(
            [
                new BridgeVlanRange(1, 1, IsNative: true, IsUntagged: true),
                new BridgeVlanRange(10, 20, IsNative: false, IsUntagged: false),
                new BridgeVlanRange(30, 30, IsNative: false, IsUntagged: true),
            ],
            port.Vlans);

        // What is about a port is no message about the interface, and the other way round.
        Assert.Equal(NetlinkFault.None, LinkDecoder.Plain.Decode(new NetlinkMessage(16, 0, 0, 0, BridgePort), out LinkMessage? link));
        Assert.Null(link);
        Assert.Equal(NetlinkFault.None, BridgePortDecoder.Instance.Decode(new NetlinkMessage(16, 0, 0, 0, Gre), out port));
        Assert.Null(port);
    }

    [Fact]
    public void Decode_BridgeVlanTooShort_IsAFault()
    {
        byte[] payload = MessageWriter.Join(
            MessageWriter.LinkHeader(7, family: 7), MessageWriter.Attribute(26, MessageWriter.Attribute(2, MessageWriter.Short(1))));

        Assert.Equal(
            NetlinkFault.ValueTooShort, BridgePortDecoder.Instance.Decode(new NetlinkMessage(16, 0, 0, 0, payload), out BridgePortMessage? port));
        Assert.Null(port);
    }

    [Fact]
    public void Decode_NextHopGroup_ReadsItsMembers()
    {
        Assert.Equal(
            NetlinkFault.None, NextHopDecoder.Instance.Decode(new NetlinkMessage(104, 0, 0, 0, NextHopGroup), out NextHopMessage? group));

        Assert.Equal((100u, 4), (group!.Id, group.Protocol));
        Assert.Equal([new NextHopMember(1, 5), new NextHopMember(2, 257)], group.Group);

        byte[] broken = MessageWriter.Join(new byte[8], MessageWriter.Attribute(2, new byte[9]));
        Assert.Equal(NetlinkFault.ValueTooShort, NextHopDecoder.Instance.Decode(new NetlinkMessage(104, 0, 0, 0, broken), out group));
        Assert.Null(group);
    }

    [Fact]
    public void Decode_RouteOfMpls_IsPassedOver()
    {
        byte[] payload = MessageWriter.Join([28, 20, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0], MessageWriter.Attribute(1, [0, 6, 0x41, 0]));

        Assert.Equal(NetlinkFault.None, RouteDecoder.Instance.Decode(new NetlinkMessage(24, 0, 0, 0, payload), out RouteMessage? route));
        Assert.Null(route);
    }

    [Fact]
    public void Decode_RouteWithEncapsulation_IsReadWithoutIt()
    {
        byte[] payload = MessageWriter.Join(
            [2, 24, 0, 0, 254, 4, 0, 1, 0, 0, 0, 0],
            MessageWriter.Attribute(1, [10, 0, 0, 0]),
            MessageWriter.Attribute(4, MessageWriter.Number(3)),
            MessageWriter.Attribute(21, MessageWriter.Short(1)),
            MessageWriter.Attribute(0x8016, MessageWriter.Attribute(1, [0, 6, 0x41, 0])));

        Assert.Equal(NetlinkFault.None, RouteDecoder.Instance.Decode(new NetlinkMessage(24, 0, 0, 0, payload), out RouteMessage? route));
        Assert.Equal(("10.0.0.0/24", 3), (route!.Prefix, route.OutputIndex));
    }

    [Fact]
    public void Receive_PortsAndNextHops_AreEventsOfTheirOwnKinds()
    {
        var kernel = new FakeKernel();
        using var listener = new RtnetlinkListener(kernel);
        kernel.Queue(
            MessageWriter.Message(16, 0, 0, 0, BridgePort),
            MessageWriter.Message(17, 0, 0, 0, BridgePort),
            MessageWriter.Message(17, 0, 0, 0, Gre),
            MessageWriter.Message(104, 0, 0, 0, NextHopGroup),
            MessageWriter.Message(105, 0, 0, 0, NextHopGroup),
            MessageWriter.Message(112, 0, 0, 0, new byte[16]));
        var events = new List<RtnetlinkEvent>();

        Assert.Equal(NetlinkReceiveStatus.Messages, listener.TryReceive(events));

        Assert.Equal(
            [
                RtnetlinkEventKind.BridgePortSet, RtnetlinkEventKind.BridgePortRemoved, RtnetlinkEventKind.LinkRemoved,
                RtnetlinkEventKind.NextHopSet, RtnetlinkEventKind.NextHopRemoved,
            ],
            events.Select(one => one.Kind));
        Assert.Equal(3, events[0].BridgePort!.Vlans.Count);
        Assert.Equal(100u, events[3].NextHop!.Id);
        Assert.Equal(1, listener.IgnoredMessages);
    }

    private static byte[] Info(string kind, params byte[][] data) => MessageWriter.Join(
        MessageWriter.LinkHeader(7),
        MessageWriter.Attribute(18, MessageWriter.Attribute(1, MessageWriter.Text(kind)), MessageWriter.Attribute(2, data)));

    private static byte[] Vlan(ushort flags, ushort vlan) => MessageWriter.Attribute(2, MessageWriter.Short(flags), MessageWriter.Short(vlan));

    private static LinkMessage Decode(byte[] payload)
    {
        Assert.Equal(NetlinkFault.None, LinkDecoder.Plain.Decode(new NetlinkMessage(16, 0, 0, 0, payload), out LinkMessage? link));
        return link!;
    }
}
