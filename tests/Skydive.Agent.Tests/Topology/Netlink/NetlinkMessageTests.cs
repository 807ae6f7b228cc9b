using System.Net;
using Skydive.Agent.Tests.Support;
using Skydive.Agent.Topology.Netlink;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Linux.Netlink;
using Skydive.Tests;

namespace Skydive.Agent.Tests.Topology.Netlink;

/// <summary>
/// From the kernel's bytes to nodes and edges, for kinds of interfaces and routes that the kernel of the day may lack. The messages are written
/// as <c>include/uapi/linux/if_link.h</c>, <c>rtnetlink.h</c> and <c>nexthop.h</c> lay them out.
/// </summary>
public sealed class NetlinkMessageTests : IDisposable
{
    private const ushort NewLink = 16;
    private const ushort DeleteLink = 17;
    private const ushort NewRoute = 24;
    private const ushort DeleteRoute = 25;
    private const ushort NewNextHop = 104;

    private readonly MessageLab _lab = new();

    public void Dispose() => _lab.Dispose();

    [Fact]
    public void Vlan_OnADevice_HasItsIdAndTheEdgeFromBelow()
    {
        _lab.Tell(Event(NewLink, Link(2, "eth0")), Event(NewLink, Link(3, "eth0.8", Below(2), Kind("vlan", Attribute(1, MessageWriter.Short(8)), Attribute(5, [0x88, 0xa8])))));

        var vlan = _lab.Find("eth0.8");
        Assert.Equal(("vlan", 8, "802.1ad", 2), (vlan.Type, vlan.Integer("Vlan"), vlan.GetText("VlanProtocol"), vlan.Integer("ParentIndex")));
        Assert.Equal("vlan", _lab.Graph.Current.FindLayer2(_lab.Find("eth0"), vlan)!.GetText("Type"));

        _lab.Tell(Event(DeleteLink, Link(3, "eth0.8")));
        Assert.Null(_lab.Graph.Current.FindLink("eth0.8"));
    }

    [Theory]
    [InlineData(0, "balance-rr")]
    [InlineData(1, "active-backup")]
    [InlineData(4, "802.3ad")]
    [InlineData(6, "balance-alb")]
    public void Bond_AndItsSlaves_TellModeAndState(byte mode, string name)
    {
        _lab.Tell(
            Event(NewLink, Link(9, "bond0", Kind("bond", Attribute(1, [mode])))),
            Event(NewLink, Link(2, "eth0", Master(9), Slave("bond", BondSlave(state: 0, mii: 0, failures: 3)))),
            Event(NewLink, Link(3, "eth1", Master(9), Slave("bond", BondSlave(state: 1, mii: 2, failures: 0)))));

        var graph = _lab.Graph.Current;
        Assert.Equal(("bond", name), (_lab.Find("bond0").Type, _lab.Find("bond0").GetText("BondMode")));
        Assert.Equal(
            MetadataMap.Create(
                ("Type", "bond"),
                ("State", "ACTIVE"),
                ("MiiStatus", "UP"),
                ("LinkFailureCount", 3),
                ("QueueId", 7),
                ("AggregatorId", 5),
                ("AdActorOperPortState", 61),
                ("AdPartnerOperPortState", 63),
                ("PermMAC", "02:00:00:00:00:99")),
            _lab.Find("eth0").Metadata["BondSlave"].AsMap);
        Assert.Equal(("BACKUP", "DOWN"), (_lab.Find("eth1").Metadata["BondSlave"].AsMap!["State"].AsString, _lab.Find("eth1").Metadata["BondSlave"].AsMap!["MiiStatus"].AsString));
        Assert.Equal(9, _lab.Find("eth0").Integer("MasterIndex"));
        Assert.NotNull(graph.FindLayer2(_lab.Find("bond0"), _lab.Find("eth0")));
        Assert.NotNull(graph.FindLayer2(_lab.Find("bond0"), _lab.Find("eth1")));

        // It leaves.
        _lab.Tell(Event(NewLink, Link(2, "eth0")));
        Assert.False(_lab.Find("eth0").Metadata.ContainsKey("BondSlave"));
        Assert.Null(_lab.Graph.Current.FindLayer2(_lab.Find("bond0"), _lab.Find("eth0")));
    }

    [Fact]
    public void Vrf_AndItsMember_TellTheTableAndAreJoined()
    {
        _lab.Tell(
            Event(NewLink, Link(9, "red", Kind("vrf", Attribute(1, MessageWriter.Number(1001))))),
            Event(NewLink, Link(2, "eth0", Master(9), Slave("vrf", Attribute(1, MessageWriter.Number(1001))))));

        Assert.Equal(("vrf", 1001), (_lab.Find("red").Type, _lab.Find("red").Integer("VrfTable")));
        Assert.NotNull(_lab.Graph.Current.FindLayer2(_lab.Find("red"), _lab.Find("eth0")));
    }

    [Theory]
    [InlineData("gre", 778, "gre")]
    [InlineData("gretap", 1, "ether")]
    public void Gre_TellsItsEnds(string kind, ushort hardwareType, string encapsulation)
    {
        _lab.Tell(Event(NewLink, MessageWriter.Join(
            MessageWriter.LinkHeader(5, hardwareType: hardwareType),
            Attribute(3, MessageWriter.Text("tun0")),
            Kind(
                kind,
                Attribute(2, MessageWriter.BigEndian(0x2000)),
                Attribute(3, MessageWriter.BigEndian(0x2000)),
                Attribute(4, [0, 0, 0, 42]),
                Attribute(5, [0, 0, 0, 43]),
                Attribute(6, [192, 0, 2, 1]),
                Attribute(7, [192, 0, 2, 2]),
                Attribute(8, [255])))));

        var tunnel = _lab.Find("tun0");
        Assert.Equal((kind, encapsulation, "192.0.2.1", "192.0.2.2"), (tunnel.Type, tunnel.GetText("EncapType"), tunnel.GetText("LocalIP"), tunnel.GetText("RemoteIP")));
        Assert.Equal(MetadataMap.Create(("InputKey", 42), ("OutputKey", 43), ("TTL", 255)), tunnel.Metadata["Tunnel"].AsMap);
    }

    [Fact]
    public void Geneve_TellsItsNetworkAndItsEnd()
    {
        _lab.Tell(Event(NewLink, Link(5, "gnv0", Kind(
            "geneve", Attribute(1, MessageWriter.Number(4242)), Attribute(2, [192, 0, 2, 2]), Attribute(3, [64]), Attribute(5, MessageWriter.BigEndian(6081))))));

        var tunnel = _lab.Find("gnv0");
        Assert.Equal(("geneve", 4242, "192.0.2.2"), (tunnel.Type, tunnel.Integer("VNI"), tunnel.GetText("RemoteIP")));
        Assert.Equal((6081, 64), (tunnel.Metadata["Tunnel"].AsMap!["Port"], tunnel.Metadata["Tunnel"].AsMap!["TTL"]));
    }

    [Theory]
    [InlineData(0, "l2")]
    [InlineData(1, "l3")]
    [InlineData(2, "l3s")]
    public void Ipvlan_TellsItsModeAndStandsOnItsDevice(ushort mode, string name)
    {
        _lab.Tell(Event(NewLink, Link(2, "eth0")), Event(NewLink, Link(5, "ipv0", Below(2), Kind("ipvlan", Attribute(1, MessageWriter.Short(mode))))));

        Assert.Equal(("ipvlan", name), (_lab.Find("ipv0").Type, _lab.Find("ipv0").GetText("IpvlanMode")));
        Assert.Equal("ipvlan", _lab.Graph.Current.FindLayer2(_lab.Find("eth0"), _lab.Find("ipv0"))!.GetText("Type"));
    }

    [Fact]
    public void BridgeVlans_OfAPort_AreRanges()
    {
        byte[] port = MessageWriter.Join(
            MessageWriter.LinkHeader(2, family: 7),
            Attribute(3, MessageWriter.Text("eth0")),
            Attribute(26, Attribute(2, MessageWriter.Short(6), MessageWriter.Short(1)), Attribute(2, MessageWriter.Short(8), MessageWriter.Short(10)), Attribute(2, MessageWriter.Short(16), MessageWriter.Short(20))));
        _lab.Hold(MessageLab.RequestTypes.Links, NewLink, Link(9, "br0", Kind("bridge")), Link(2, "eth0", Master(9)));
        _lab.Hold(MessageLab.RequestTypes.BridgePorts, NewLink, port);
        _lab.Load();

        MetadataValue native = MetadataMap.Create(("First", 1), ("Last", 1), ("PVID", true), ("Untagged", true));
        Assert.Equal(MetadataValue.List(native, MetadataMap.Create(("First", 10), ("Last", 20))), _lab.Find("eth0").Metadata["BridgeVlans"]);

        _lab.Tell(Event(NewLink, MessageWriter.Join(MessageWriter.LinkHeader(2, family: 7), Attribute(3, MessageWriter.Text("eth0")), Attribute(26, Attribute(2, MessageWriter.Short(6), MessageWriter.Short(5))))));
        Assert.Equal(5, Assert.Single(_lab.Find("eth0").Metadata["BridgeVlans"].Elements.ToArray()).AsMap!["First"]);
    }

    [Fact]
    public void VirtualFunctions_AreListedOnTheirDeviceAndJoinedToIt()
    {
        byte[] first = Attribute(
            1,
            Attribute(1, MessageWriter.Number(0), Padded([2, 0, 0, 0, 0, 0x10])),
            Attribute(2, MessageWriter.Number(0), MessageWriter.Number(100), MessageWriter.Number(5)),
            Attribute(3, MessageWriter.Number(0), MessageWriter.Number(1000)),
            Attribute(4, MessageWriter.Number(0), MessageWriter.Number(1)),
            Attribute(5, MessageWriter.Number(0), MessageWriter.Number(2)),
            Attribute(9, MessageWriter.Number(0), MessageWriter.Number(1)));
        byte[] second = Attribute(1, Attribute(1, MessageWriter.Number(1), Padded([2, 0, 0, 0, 0, 0x11])));
        byte[] physical = Link(2, "eth0", Attribute(21, MessageWriter.Number(2)), Attribute(22, first, second));
        _lab.Hold(MessageLab.RequestTypes.Links, NewLink, physical, Link(3, "eth0v0"), Link(4, "eth0v1"));
        _lab.Load();
        _lab.Report("eth0v1", new() { Driver = "iavf", BusInfo = "0000:03:10.1", PhysicalFunction = "0000:03:00.0", VirtualFunctionId = 1 });
        _lab.Report("eth0", new() { Driver = "ice", BusInfo = "0000:03:00.0" });
        _lab.Report("eth0v0", new() { Driver = "iavf", BusInfo = "0000:03:10.0", PhysicalFunction = "0000:03:00.0", VirtualFunctionId = 0 });

        var device = _lab.Find("eth0");
        var functions = device.Metadata["Vfs"].Elements.ToArray();
        Assert.Equal(2, functions.Length);
        Assert.Equal(
            MetadataMap.Create(("ID", 0), ("LinkState", 2), ("MAC", "02:00:00:00:00:10"), ("Qos", 5), ("Spoofchk", true), ("Trust", true), ("TxRate", 1000), ("Vlan", 100)),
            functions[0].AsMap);
        Assert.Equal((0L, 1L), (_lab.Find("eth0v0").Integer("VfID"), _lab.Find("eth0v1").Integer("VfID")));
        Assert.Equal(
            ["eth0v0", "eth0v1"],
            _lab.Graph.Current.GetEdges(device, EdgeDirection.Out).Where(static edge => edge.RelationType == "vf").Select(edge => _lab.Graph.Current.FindNode(edge.Child)!.Name).Order(StringComparer.Ordinal));

        // Events do not tell of the functions: they stay.
        _lab.Tell(Event(NewLink, Link(2, "eth0", Attribute(4, MessageWriter.Number(9000)))));
        Assert.Equal((9000, 2), (_lab.Find("eth0").Integer("MTU"), _lab.Find("eth0").Metadata["Vfs"].Elements.Length));
    }

    [Fact]
    public void Routes_OfSeveralWays_StandOnEachInterface()
    {
        _lab.Tell(Event(NewLink, Link(2, "eth0")), Event(NewLink, Link(3, "eth1")));
        byte[] ways = Attribute(9, Way(2, [10, 0, 1, 2]), Way(3, [10, 0, 2, 2]), Way(2, [10, 0, 1, 3]));
        byte[] route = MessageWriter.Join(RouteHeader(2, 16, table: 254, protocol: 186), Attribute(1, [10, 9, 0, 0]), Attribute(15, MessageWriter.Number(254)), Attribute(6, MessageWriter.Number(20)), ways);
        _lab.Tell(Event(NewRoute, route, NetlinkFlags.Create));

        Assert.Equal(
            MetadataMap.Create(("Protocol", 186), ("Prefix", "10.9.0.0/16"), ("NextHops", MetadataValue.List(Hop(2, 20, "10.0.1.2"), Hop(2, 20, "10.0.1.3")))),
            Route("eth0", 254, "10.9.0.0/16"));
        Assert.Equal(MetadataValue.List(Hop(3, 20, "10.0.2.2")), Route("eth1", 254, "10.9.0.0/16")!["NextHops"]);

        _lab.Tell(Event(DeleteRoute, route));
        Assert.False(_lab.Find("eth0").Metadata.ContainsKey("RoutingTables"));
        Assert.False(_lab.Find("eth1").Metadata.ContainsKey("RoutingTables"));
    }

    [Fact]
    public void Routes_Multicast_StandOnTheInterfacesThatTheyLeadTo()
    {
        // (10.0.1.9, 239.1.1.1) from eth0 to eth1 and eth2, of the multicast forwarding cache.
        _lab.Tell(Event(NewLink, Link(2, "eth0")), Event(NewLink, Link(3, "eth1")), Event(NewLink, Link(4, "eth2")));
        byte[] route = MessageWriter.Join(
            RouteHeader(128, 32, table: 253, protocol: 17, type: 5, sourceLength: 32),
            Attribute(1, [239, 1, 1, 1]),
            Attribute(2, [10, 0, 1, 9]),
            Attribute(3, MessageWriter.Number(2)),
            Attribute(9, Way(3), Way(4)));
        _lab.Tell(Event(NewRoute, route));

        Assert.Equal(MetadataMap.Create(("Protocol", 17), ("Prefix", "239.1.1.1/32"), ("NextHops", MetadataValue.List(Hop(3, 0)))), Route("eth1", 253, "239.1.1.1/32"));
        Assert.NotNull(Route("eth2", 253, "239.1.1.1/32"));
        Assert.Null(Route("eth0", 253, "239.1.1.1/32"));

        _lab.Tell(Event(DeleteRoute, route));
        Assert.Null(Route("eth1", 253, "239.1.1.1/32"));
    }

    [Fact]
    public void Routes_OverNextHopObjects_LeadWhereTheObjectsDo()
    {
        _lab.Tell(Event(NewLink, Link(2, "eth0")), Event(NewLink, Link(3, "eth1")));
        byte[] group = NextHop(10, Attribute(2, [.. MessageWriter.Number(1), 0, 0, 0, 0, .. MessageWriter.Number(2), 0, 0, 0, 0]));
        _lab.Hold(MessageLab.RequestTypes.NextHops, NewNextHop, NextHop(1, Attribute(5, MessageWriter.Number(2)), Attribute(6, [10, 0, 1, 2])), NextHop(2, Attribute(5, MessageWriter.Number(3)), Attribute(6, [10, 0, 2, 2])), group);
        _lab.Hold(MessageLab.RequestTypes.Routes, NewRoute, MessageWriter.Join(RouteHeader(2, 16, table: 254, protocol: 3), Attribute(1, [10, 9, 0, 0]), Attribute(30, MessageWriter.Number(10))));
        _lab.LoadRoutes();

        Assert.Equal(MetadataValue.List(Hop(2, 0, "10.0.1.2")), Route("eth0", 254, "10.9.0.0/16")!["NextHops"]);
        Assert.Equal(MetadataValue.List(Hop(3, 0, "10.0.2.2")), Route("eth1", 254, "10.9.0.0/16")!["NextHops"]);
    }

    private static byte[] Event(ushort type, byte[] payload, NetlinkFlags flags = NetlinkFlags.None) => MessageWriter.Message(type, flags, 0, 0, payload);

    private static byte[] Attribute(int type, params byte[][] parts) => MessageWriter.Attribute(type, parts);

    private static byte[] Link(int index, string name, params byte[][] attributes) =>
        MessageWriter.Join([MessageWriter.LinkHeader(index), Attribute(3, MessageWriter.Text(name)), .. attributes]);

    private static byte[] Below(int index) => Attribute(5, MessageWriter.Number(index));

    private static byte[] Master(int index) => Attribute(10, MessageWriter.Number(index));

    private static byte[] Kind(string kind, params byte[][] data) => Attribute(18, Attribute(1, MessageWriter.Text(kind)), Attribute(2, data));

    private static byte[] Slave(string kind, params byte[][] data) => Attribute(18, Attribute(4, MessageWriter.Text(kind)), Attribute(5, data));

    private static byte[] BondSlave(byte state, byte mii, int failures) => MessageWriter.Join(
        Attribute(1, [state]),
        Attribute(2, [mii]),
        Attribute(3, MessageWriter.Number(failures)),
        Attribute(4, [2, 0, 0, 0, 0, 0x99]),
        Attribute(5, MessageWriter.Short(7)),
        Attribute(6, MessageWriter.Short(5)),
        Attribute(7, [61]),
        Attribute(8, MessageWriter.Short(63)));

    private static byte[] Padded(byte[] address) => [.. address, .. new byte[32 - address.Length]];

    /// <summary><c>struct rtmsg</c>.</summary>
    private static byte[] RouteHeader(byte family, byte length, byte table, byte protocol, byte type = 1, byte sourceLength = 0) =>
        [family, length, sourceLength, 0, table, protocol, 0, type, 0, 0, 0, 0];

    /// <summary><c>struct rtnexthop</c> and its gateway.</summary>
    private static byte[] Way(int index, byte[]? gateway = null)
    {
        byte[] attributes = gateway is null ? [] : Attribute(5, gateway);
        return [.. BitConverter.GetBytes((ushort)(8 + attributes.Length)), 0, 0, .. BitConverter.GetBytes(index), .. attributes];
    }

    /// <summary><c>struct nhmsg</c> and the number of the object.</summary>
    private static byte[] NextHop(int id, params byte[][] attributes) => MessageWriter.Join([[2, 0, 3, 0, 0, 0, 0, 0], Attribute(1, MessageWriter.Number(id)), .. attributes]);

    private static MetadataValue Hop(int index, int priority, string? gateway = null)
    {
        var hop = MetadataMap.Create(("Priority", priority), ("IfIndex", index));
        return gateway is null ? hop : hop.With("IP", gateway);
    }

    private MetadataMap? Route(string link, int table, string prefix) => _lab.Find(link).Metadata["RoutingTables"].Elements.ToArray()
        .Select(static entry => entry.AsMap!).Where(entry => entry["ID"] == table)
        .SelectMany(static entry => entry["Routes"].Elements.ToArray()).Select(static route => route.AsMap!).SingleOrDefault(route => route["Prefix"] == prefix);
}
