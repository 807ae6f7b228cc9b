using Skydive.Analyzer.Injections;
using Skydive.Analyzer.Resources;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Injections;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.Tests.Injections;

/// <summary>
/// What each source has to send, on a graph of two networks with a router between them: a (10.0.0.1/24, also IPv6) and b (10.0.0.2/24) on one
/// link, c (10.1.0.3/24) on the other, a port of a bridge without addresses, and a tunnel without MAC addresses.
/// </summary>
public sealed class InjectionResolverTests
{
    private readonly LiveGraph _graph = new("host1", "agent.host1");

    public InjectionResolverTests()
    {
        Add("a", "02:00:00:00:00:0a", ["10.0.0.1/24"], ["fd00::1/64", "fe80::a/64"], [Route("10.0.0.0/24"), Route("0.0.0.0/0", "10.0.0.254"), Route("10.1.0.0/16", "10.0.0.253"), Route("fd00::/64"), Route("fe80::/64")],
            [("10.0.0.254", "02:00:00:00:00:fe"), ("10.0.0.77", "02:00:00:00:00:77")]);
        Add("b", "02:00:00:00:00:0b", ["10.0.0.2/24"], ["fe80::b/64", "fd00::2/64"], [Route("10.0.0.0/24")], []);
        Add("c", "02:00:00:00:00:0c", ["10.1.0.3/24"], [], [Route("10.1.0.0/24")], []);
        Add("r", "02:00:00:00:00:fd", ["10.0.0.253/24"], [], [], []);
        Add("port", "02:00:00:00:00:10", [], [], [Route("fe80::/64")], []);
        Add("tunnel", string.Empty, ["10.9.0.1/30"], [], [Route("10.9.0.0/30")], [], "none");
        Add("down", "02:00:00:00:00:11", ["10.0.0.9/24"], [], [Route("10.0.0.0/24")], [], flags: ["BROADCAST"]);
        _graph.Write(static transaction => transaction.AddNode("ns", MetadataMap.Create(("Name", "ns"), ("Type", "netns"))));
    }

    [Fact]
    public async Task Resolve_OnOneLink_AddressesOfBoth()
    {
        var one = Assert.Single(await ResolveAsync(new() { Src = Named("a"), Dst = Named("b") }));
        Assert.Equal("a", one.Source.Name);
        Assert.Equal(
            ("10.0.0.1", "10.0.0.2", "02:00:00:00:00:0a", "02:00:00:00:00:0b"), (one.Injection.SrcIP, one.Injection.DstIP, one.Injection.SrcMAC, one.Injection.DstMAC));
        Assert.NotEqual(0, one.Injection.ICMPID);
        Assert.InRange(one.Injection.SrcPort, 1024, 65535);
        Assert.InRange(one.Injection.DstPort, 1024, 65535);
    }

    [Fact]
    public async Task Resolve_IPv6_GlobalAddressesFirst()
    {
        var one = Assert.Single(await ResolveAsync(new() { Src = Named("a"), Dst = Named("b"), Type = InjectionTypes.UdpV6 }));
        Assert.Equal(("fd00::1", "fd00::2"), (one.Injection.SrcIP, one.Injection.DstIP));
        one = Assert.Single(await ResolveAsync(new() { Src = Named("a"), Dst = Named("b"), DstIP = "fe80::b", Type = InjectionTypes.UdpV6 }));
        Assert.Equal(("fe80::a", "fe80::b"), (one.Injection.SrcIP, one.Injection.DstIP));
    }

    [Theory]
    [InlineData("10.1.0.3", "02:00:00:00:00:fd", "longest prefix; the router is no neighbour yet, but in the graph")]
    [InlineData("192.0.2.1", "02:00:00:00:00:fe", "default route, neighbour")]
    [InlineData("10.0.0.77", "02:00:00:00:00:77", "neighbour on the link")]
    [InlineData("10.0.0.2", "02:00:00:00:00:0b", "on the link, in the graph")]
    [InlineData("224.1.2.3", "01:00:5e:01:02:03", "group")]
    [InlineData("255.255.255.255", "ff:ff:ff:ff:ff:ff", "all")]
    public async Task Resolve_AddressAlone_NextHopByRoutesAndNeighbours(string address, string mac, string why)
    {
        var one = Assert.Single(await ResolveAsync(new() { Src = Named("a"), DstIP = address }));
        Assert.True(mac == one.Injection.DstMAC, $"{why}: {one.Injection.DstMAC}");
    }

    [Fact]
    public async Task Resolve_BehindARouter_MacOfTheRouter()
    {
        var one = Assert.Single(await ResolveAsync(new() { Src = Named("a"), Dst = Named("c") }));
        Assert.Equal(("10.1.0.3", "02:00:00:00:00:fd"), (one.Injection.DstIP, one.Injection.DstMAC));
    }

    [Fact]
    public async Task Resolve_AllGiven_IsTakenAsItIs()
    {
        var order = new Injection
        {
            Src = Named("port"), Type = InjectionTypes.TcpV4, SrcIP = "192.0.2.1/24", DstIP = "198.51.100.7", SrcMAC = "02:00:00:00:aa:01", DstMAC = "00:11:22:33:44:55", SrcPort = 1234, DstPort = 5678,
        };
        var one = Assert.Single(await ResolveAsync(order));
        Assert.Equal(
            ("192.0.2.1", "198.51.100.7", "02:00:00:00:aa:01", "00:11:22:33:44:55"), (one.Injection.SrcIP, one.Injection.DstIP, one.Injection.SrcMAC, one.Injection.DstMAC));
        Assert.Equal((1234, 5678), (one.Injection.SrcPort, one.Injection.DstPort));
    }

    [Fact]
    public async Task Resolve_PortOfABridge_ReachesWhatIsOnItsLink()
    {
        var one = Assert.Single(await ResolveAsync(new() { Src = Named("port"), Dst = Named("b"), SrcIP = "10.0.0.55" }));
        Assert.Equal(("10.0.0.55", "02:00:00:00:00:0b"), (one.Injection.SrcIP, one.Injection.DstMAC));
    }

    [Fact]
    public async Task Resolve_Tunnel_NoMacAddresses()
    {
        var one = Assert.Single(await ResolveAsync(new() { Src = Named("tunnel"), DstIP = "10.9.0.2" }));
        Assert.Equal((string.Empty, string.Empty), (one.Injection.SrcMAC, one.Injection.DstMAC));
    }

    [Fact]
    public async Task Resolve_ManySources_OneEachWithPortsAndIdentifiersInARow()
    {
        var all = await ResolveAsync(new() { Src = "G.V().Has('Name', Within('a', 'b', 'r'))", Dst = Named("b"), SrcPort = 65535, DstPort = 7, ICMPID = 65535 });
        Assert.Equal(["a", "r"], all.Select(static one => one.Source.Name));
        Assert.Equal([65535, 1024], all.Select(static one => (int)one.Injection.SrcPort));
        Assert.Equal([65535, 1], all.Select(static one => (int)one.Injection.ICMPID));
        Assert.All(all, static one => Assert.Equal(7, one.Injection.DstPort));
    }

    [Fact]
    public async Task Resolve_Pcap_NeedsNoAddresses()
    {
        var one = Assert.Single(await ResolveAsync(new() { Src = Named("port"), Pcap = [1, 2, 3] }));
        Assert.Equal("port", one.Source.Name);
    }

    public static TheoryData<Injection, string> Refused { get; } = new()
    {
        { new() { Src = Named("a"), Dst = Named("b"), Type = "zz" }, "given type is not supported" },
        { new() { Src = Named("a"), Dst = Named("b"), Mode = "zz" }, "Mode: 'zz'" },
        { new() { Src = string.Empty, Dst = Named("b") }, "Src: give the nodes" },
        { new() { Src = Named("nope"), Dst = Named("b") }, "Not able to find a source node for 'G.V().Has('Name', 'nope')'" },
        { new() { Src = "G.V('nope')", Dst = Named("b") }, "Not able to find a source node" },
        { new() { Src = Named("a"), Dst = Named("nope") }, "Not able to find a destination node" },
        { new() { Src = "G.V(", Dst = Named("b") }, "Src: Not a valid Gremlin expression" },
        { new() { Src = Named("a"), Dst = "G.E()" }, "Dst: Not a valid Gremlin expression: it gives edges" },
        { new() { Src = Named("a") }, "Dst: give the node" },
        { new() { Src = Named("a"), Dst = Named("a") }, "a is source and destination" },
        { new() { Src = Named("ns"), Dst = Named("b") }, "ns is a netns" },
        { new() { Src = Named("down"), Dst = Named("b") }, "down is down" },
        { new() { Src = Named("port"), Dst = Named("b") }, "port has no IPv4 address" },
        { new() { Src = Named("a"), Dst = Named("port") }, "port has no IPv4 address" },
        { new() { Src = Named("c"), Dst = Named("b"), Type = InjectionTypes.IcmpV6 }, "c has no IPv6 address" },
        { new() { Src = Named("c"), Dst = Named("b") }, "c has no route to 10.0.0.2" },
        { new() { Src = Named("a"), DstIP = "10.0.0.200" }, "the MAC address of 10.0.0.200 is not known" },
        { new() { Src = Named("port"), SrcIP = "10.0.0.5", DstIP = "192.0.2.1" }, "port has no route to 192.0.2.1" },
        { new() { Src = Named("a"), DstIP = "x" }, "DstIP: 'x' is no IPv4 address" },
        { new() { Src = Named("a"), DstIP = "10.0.0.1/99" }, "DstIP: '10.0.0.1/99' is no IPv4 address" },
        { new() { Src = Named("a"), SrcIP = "fd00::1", Dst = Named("b") }, "SrcIP: 'fd00::1' is no IPv4 address" },
        { new() { Src = Named("a"), Dst = Named("b"), DstMAC = "zz" }, "DstMAC: 'zz' is no MAC address" },
        { new() { Src = Named("a"), Dst = Named("b"), Payload = "x", PayloadBytes = [1] }, "PayloadBytes: " },
        { new() { Src = Named("a"), Dst = Named("b"), Interval = -1 }, "Interval: less than 0" },
        { new() { Src = Named("a"), Dst = Named("b"), Count = 1000, IncrementPayload = 100 }, "the longest packet would have 99984 bytes, a takes 1500" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task Resolve_CannotBe_SaysWhatIsMissing(Injection injection, string message)
    {
        var e = await Assert.ThrowsAsync<ResourceException>(() => ResolveAsync(injection));
        Assert.Equal((400, ErrorCodes.InvalidInjection), (e.Status, e.Code));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
    }

    private static string Named(string name) => $"G.V().Has('Name', '{name}')";

    private static (string Prefix, string? Gateway) Route(string prefix, string? gateway = null) => (prefix, gateway);

    private Task<IReadOnlyList<ResolvedInjection>> ResolveAsync(Injection injection) => new InjectionResolver(_graph.Current, new Random(1)).ResolveAsync(
        injection with { Type = injection.Type.Length == 0 ? InjectionTypes.IcmpV4 : injection.Type, Mode = injection.Mode.Length == 0 ? InjectionModes.Unique : injection.Mode },
        TestContext.Current.CancellationToken);

    private void Add(
        string name, string mac, string[] addresses4, string[] addresses6, (string Prefix, string? Gateway)[] routes, (string Address, string Mac)[] neighbours, string encapsulation = "ether", string[]? flags = null) =>
        _graph.Write(transaction =>
        {
            var table = MetadataMap.Create(("ID", 254), ("Routes", MetadataValue.List([.. routes.Select(static route => (MetadataValue)MetadataMap.Create(
                ("Prefix", route.Prefix == "0.0.0.0/0" ? default : route.Prefix),
                ("NextHops", MetadataValue.List([route.Gateway is null ? MetadataMap.Create(("IfIndex", 2)) : MetadataMap.Create(("IP", route.Gateway), ("IfIndex", 2))]))))])));
            transaction.AddNode(name, MetadataMap.Create(
                ("Name", name),
                ("Type", "veth"),
                ("TID", "tid-" + name),
                ("IfIndex", 2),
                ("MTU", 1500),
                ("EncapType", encapsulation),
                ("MAC", mac.Length == 0 ? default(MetadataValue) : mac),
                ("LinkFlags", MetadataValue.List([.. (flags ?? ["UP", "BROADCAST"]).Select(static flag => (MetadataValue)flag)])),
                ("IPV4", MetadataValue.List([.. addresses4.Select(static address => (MetadataValue)address)])),
                ("IPV6", MetadataValue.List([.. addresses6.Select(static address => (MetadataValue)address)])),
                ("RoutingTables", MetadataValue.List([table])),
                ("Neighbors", MetadataValue.List([.. neighbours.Select(static one => (MetadataValue)MetadataMap.Create(("IP", one.Address), ("MAC", one.Mac), ("IfIndex", 2)))]))));
        });
}
