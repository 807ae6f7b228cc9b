using Skydive.Agent.Tests.Support;
using Skydive.Agent.Topology.Netlink;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;

namespace Skydive.Agent.Tests.Topology.Netlink;

/// <summary>What real interfaces show of routes, neighbours, forwarding entries, drivers and counters.</summary>
public sealed class NetlinkContentTests
{
    [Fact]
    public async Task Routes_OfTheStart_StandOnTheInterfacesThatTheyLeadTo()
    {
        using var network = new TestNetwork();
        network.Batch("host", ["link set lo up", "link add v1 type veth peer name v2", "link set v1 up", "link set v2 up", "addr add 10.0.0.1/24 dev v1"]);
        network.Batch("host", ["route add 10.1.0.0/16 via 10.0.0.2 metric 7", "route add default via 10.0.0.3", "route add 2001:db8::/32 dev v2"]);

        using var probes = await TestProbes.StartAsync(network);

        var v1 = probes.Find("v1")!;
        var main = Table(v1, 254);
        Assert.Equal("10.0.0.1", main["Src"].AsString);
        Assert.Equal(
            MetadataMap.Create(("Protocol", 3), ("Prefix", "10.1.0.0/16"), ("NextHops", MetadataValue.List(Hop(v1, 7, "10.0.0.2")))), Route(main, "10.1.0.0/16"));
        Assert.Equal(MetadataValue.List(Hop(v1, 0, "10.0.0.3")), Route(main, "0.0.0.0/0")["NextHops"]);
        Assert.Equal(MetadataValue.List(Hop(v1, 0)), Route(main, "10.0.0.0/24")["NextHops"]);
        Assert.Equal(2, Route(main, "10.0.0.0/24")["Protocol"]);
        Assert.Equal(MetadataValue.List(Hop(v1, 0)), Route(Table(v1, 255), "10.0.0.1/32")["NextHops"]);
        Assert.Equal(MetadataValue.List(Hop(probes.Find("v2")!, 1024)), Route(Table(probes.Find("v2")!, 254), "2001:db8::/32")["NextHops"]);
        Assert.Equal(["127.0.0.0/8", "127.0.0.1/32", "127.255.255.255/32", "::1/128"], Prefixes(Table(probes.Find("lo")!, 255)));
    }

    [Fact]
    public async Task Routes_ComeAndGo_SoDoTheTables()
    {
        using var network = new TestNetwork();
        network.Batch("host", ["link add v1 type veth peer name v2", "link set v1 up", "link set v2 up", "addr add 124.65.91.42/24 dev v1"]);
        using var probes = await TestProbes.StartAsync(network);
        int before = probes.Find("v1")!.Metadata["RoutingTables"].Elements.Length;

        network.Ip("host", "route add 124.65.92.0/24 via 124.65.91.42 table 2");
        var graph = await probes.UntilAsync(static graph => FindTable(graph.FindLink("v1")!, 2) is not null);
        Assert.Equal(before + 1, graph.FindLink("v1")!.Metadata["RoutingTables"].Elements.Length);
        Assert.Equal(["124.65.92.0/24"], Prefixes(Table(graph.FindLink("v1")!, 2)));

        network.Ip("host", "route del 124.65.92.0/24 table 2");
        await probes.UntilAsync(static graph => FindTable(graph.FindLink("v1")!, 2) is null);

        network.Batch("host", ["addr flush dev v1", "link set v1 down"]);
        await probes.UntilAsync(static graph => !graph.FindLink("v1")!.Metadata.ContainsKey("RoutingTables"));
    }

    [Fact]
    public async Task Routes_SeveralWays_StandOnEachOfTheInterfaces()
    {
        using var network = new TestNetwork();
        network.Batch("host", ["link add v1 type veth peer name v2", "link set v1 up", "link set v2 up", "addr add 10.0.1.1/24 dev v1", "addr add 10.0.2.1/24 dev v2"]);
        network.Batch("host", ["addr add fd01::1/64 dev v1 nodad", "addr add fd02::1/64 dev v2 nodad"]);
        using var probes = await TestProbes.StartAsync(network);

        network.Ip("host", "route add 10.9.0.0/16 nexthop via 10.0.1.2 dev v1 weight 1 nexthop via 10.0.2.2 dev v2 weight 2 nexthop via 10.0.1.3 dev v1");
        network.Ip("host", "route add fd09::/64 nexthop via fd01::2 dev v1 nexthop via fd02::2 dev v2");
        var graph = await probes.UntilAsync(static graph => HasRoute(graph.FindLink("v2"), "10.9.0.0/16") && HasRoute(graph.FindLink("v2"), "fd09::/64"));
        var v1 = graph.FindLink("v1")!;
        var v2 = graph.FindLink("v2")!;
        Assert.Equal(MetadataValue.List(Hop(v1, 0, "10.0.1.2"), Hop(v1, 0, "10.0.1.3")), Route(Table(v1, 254), "10.9.0.0/16")["NextHops"]);
        Assert.Equal(MetadataValue.List(Hop(v2, 0, "10.0.2.2")), Route(Table(v2, 254), "10.9.0.0/16")["NextHops"]);
        Assert.Equal(MetadataValue.List(Hop(v1, 1024, "fd01::2")), Route(Table(v1, 254), "fd09::/64")["NextHops"]);

        // One of the two ways is gone; then another takes the place of what is left.
        network.Ip("host", "route del fd09::/64 via fd01::2 dev v1");
        graph = await probes.UntilAsync(static graph => !HasRoute(graph.FindLink("v1"), "fd09::/64"));
        Assert.True(HasRoute(graph.FindLink("v2"), "fd09::/64"));
        network.Ip("host", "route append fd09::/64 via fd01::3 dev v1");
        network.Ip("host", "route replace 10.9.0.0/16 via 10.0.1.4");
        await probes.UntilAsync(static graph => HasRoute(graph.FindLink("v1"), "fd09::/64") && !HasRoute(graph.FindLink("v2"), "10.9.0.0/16"));
        await GraphTruth.AssertTrueAsync(network, probes);
    }

    [Fact]
    public async Task Routes_InterfaceGoesDownAndUp_AreThoseOfTheKernel()
    {
        using var network = new TestNetwork();
        network.Batch("host", ["link add v1 type veth peer name v2", "link add w1 type veth peer name w2", "link set v1 up", "link set v2 up", "link set w1 up", "link set w2 up"]);
        network.Batch("host", ["addr add 10.0.1.1/24 dev v1", "addr add 10.0.2.1/24 dev w1", "addr add 10.0.2.9/24 dev w1"]);
        network.Batch("host", ["route add 10.8.0.0/16 via 10.0.1.2", "route add 10.9.0.0/16 nexthop via 10.0.1.2 nexthop via 10.0.2.2", "route add 10.7.0.0/16 via 10.0.1.2 src 10.0.2.9"]);
        using var probes = await TestProbes.StartAsync(network);
        Assert.True(HasRoute(probes.Find("v1"), "10.7.0.0/16"));

        // The kernel tells of neither: a route whose source is gone, and routes over an interface that is down.
        network.Ip("host", "addr del 10.0.2.9/24 dev w1");
        await probes.UntilAsync(static graph => !HasRoute(graph.FindLink("v1"), "10.7.0.0/16"));
        network.Ip("host", "link set v1 down");
        await probes.UntilAsync(static graph => !HasRoute(graph.FindLink("v1"), "10.8.0.0/16"));
        await GraphTruth.AssertTrueAsync(network, probes);

        network.Ip("host", "link set v1 up");
        await probes.UntilAsync(static graph => HasRoute(graph.FindLink("v1"), "10.0.1.0/24"));
        network.Ip("host", "link del w1");
        await probes.UntilAsync(static graph => graph.FindLink("w1") is null);
        await GraphTruth.AssertTrueAsync(network, probes);
    }

    [Fact]
    public async Task Routes_OverNextHopObjects_FollowThem()
    {
        using var network = new TestNetwork();
        network.Batch("host", ["link add v1 type veth peer name v2", "link set v1 up", "link set v2 up", "addr add 10.0.1.1/24 dev v1", "addr add 10.0.2.1/24 dev v2"]);
        var (code, output) = Tools.TryRun("ip", $"-n {Path.GetFileName(network.RealPath("host"))} nexthop add id 1 via 10.0.1.2 dev v1");
        Assert.SkipWhen(code != 0, $"needs next hop objects: {output}");
        network.Batch("host", ["nexthop add id 2 via 10.0.2.2 dev v2", "nexthop add id 10 group 1/2", "route add 10.9.0.0/16 nhid 10", "route add 10.8.0.0/16 nhid 1"]);
        using var probes = await TestProbes.StartAsync(network);
        Assert.True(HasRoute(probes.Find("v1"), "10.9.0.0/16") && HasRoute(probes.Find("v2"), "10.9.0.0/16"));

        network.Ip("host", "nexthop replace id 10 group 2");
        await probes.UntilAsync(static graph => !HasRoute(graph.FindLink("v1"), "10.9.0.0/16"));
        network.Ip("host", "nexthop del id 1");
        await probes.UntilAsync(static graph => !HasRoute(graph.FindLink("v1"), "10.8.0.0/16"));
        Assert.True(HasRoute(probes.Find("v2"), "10.9.0.0/16"));

        // Where the kernel tells of routes nothing but the object, the object tells the rest.
        network.Execute("host", "sysctl -qw net.ipv4.nexthop_compat_mode=0");
        network.Batch("host", ["nexthop add id 3 via 10.0.1.3 dev v1", "route add 10.7.0.0/16 nhid 3"]);
        await probes.UntilAsync(static graph => HasRoute(graph.FindLink("v1"), "10.7.0.0/16"));
        await GraphTruth.AssertTrueAsync(network, probes);
    }

    [Fact]
    public async Task Neighbours_ComeChangeAndGo_SoDoTheEntries()
    {
        using var network = new TestNetwork();
        network.Add("ns1");
        network.Ip("host", "link add v1 type veth peer name eth0 netns @ns1");
        network.Batch("ns1", ["link set eth0 up", "addr add 192.168.33.33/24 dev eth0", "neighbour add 192.168.33.1 dev eth0 lladdr 02:00:00:00:00:01"]);
        network.Ip("host", "link set v1 up");
        using var probes = await TestProbes.StartAsync(network);
        Assert.Equal("02:00:00:00:00:01", Neighbour(probes.Find("eth0", "ns1"), "192.168.33.1")!["MAC"].AsString);

        network.Ip("ns1", "neighbour add 192.168.33.252 dev eth0 lladdr a6:d1:a0:51:03:49");
        var graph = await probes.UntilAsync(static graph => Neighbour(graph.FindLink("eth0", "ns1"), "192.168.33.252") is not null);
        Assert.Equal(
            MetadataMap.Create(
                ("MAC", "a6:d1:a0:51:03:49"), ("IP", "192.168.33.252"), ("State", MetadataValue.List("NUD_PERMANENT")), ("IfIndex", graph.FindLink("eth0", "ns1")!.Integer("IfIndex")!.Value)),
            Neighbour(graph.FindLink("eth0", "ns1"), "192.168.33.252"));

        network.Ip("ns1", "neighbour replace 192.168.33.252 dev eth0 lladdr a6:d1:a0:51:03:50");
        await probes.UntilAsync(static graph => Neighbour(graph.FindLink("eth0", "ns1"), "192.168.33.252")!["MAC"].AsString == "a6:d1:a0:51:03:50");

        network.Batch("ns1", ["neighbour del 192.168.33.252 dev eth0", "neighbour del 192.168.33.1 dev eth0"]);
        await probes.UntilAsync(static graph => !graph.FindLink("eth0", "ns1")!.Metadata.ContainsKey("Neighbors"));
    }

    [Fact]
    public async Task Neighbours_OnlyTheirStateChanges_MakesNoHistory()
    {
        using var network = new TestNetwork();
        network.Add("ns1");
        network.Ip("host", "link add v1 type veth peer name eth0 netns @ns1");
        network.Batch("ns1", ["link set eth0 up", "addr add 10.0.0.1/24 dev eth0"]);
        network.Batch("host", ["link set v1 up", "addr add 10.0.0.2/24 dev v1", "neighbour add 10.0.0.9 dev v1 lladdr 02:00:00:00:00:09 nud reachable"]);
        using var probes = await TestProbes.StartAsync(network);
        await probes.UntilAsync(static graph => graph.FindLink("v1")!.GetText("State") == "UP" && graph.FindLink("eth0", "ns1")!.GetText("State") == "UP");
        string id = probes.Find("v1")!.Id;
        using var subscription = probes.Graph.Subscribe();

        foreach (string state in new[] { "stale", "reachable", "stale", "delay", "stale" })
        {
            network.Ip("host", $"neighbour change 10.0.0.9 dev v1 lladdr 02:00:00:00:00:09 nud {state}");
        }

        await probes.UntilAsync(graph => Neighbour(graph.FindNode(id), "10.0.0.9")!["State"] == MetadataValue.List("NUD_STALE"));
        int revisions = 0;
        while (subscription.TryRead(out var change))
        {
            foreach (var graphEvent in change.Commit!.Events.Where(graphEvent => graphEvent.Element.Id == id && graphEvent.Operations.Any(static operation => operation.Key == "Neighbors")))
            {
                revisions++;
                Assert.True(change.Commit.IsTransient, $"{graphEvent.Previous!.Metadata} became {graphEvent.Element.Metadata}");
            }
        }

        Assert.InRange(revisions, 1, 3);

        // Another address is history.
        network.Ip("host", "neighbour replace 10.0.0.9 dev v1 lladdr 02:00:00:00:00:0a");
        await probes.UntilAsync(graph => Neighbour(graph.FindNode(id), "10.0.0.9")!["MAC"].AsString == "02:00:00:00:00:0a");
        Assert.True(subscription.TryRead(out var last));
        Assert.False(last.Commit!.IsTransient);
    }

    [Fact]
    public async Task Bridge_ForwardingEntries_StandOnItsPorts()
    {
        using var network = new TestNetwork();
        network.Batch("host", ["link add br0 type bridge", "link add v1 type veth peer name v2", "link set v1 master br0", "link set br0 up", "link set v1 up", "link set v2 up"]);
        using var probes = await TestProbes.StartAsync(network);

        network.Execute("host", "bridge fdb add 02:00:00:00:00:77 dev v1 master static");
        var graph = await probes.UntilAsync(static graph => Forwarding(graph.FindLink("v1"), "02:00:00:00:00:77") is not null);
        Assert.Equal(MetadataValue.List("NUD_NOARP"), Forwarding(graph.FindLink("v1"), "02:00:00:00:00:77")!["State"]);

        network.Execute("host", "bridge fdb del 02:00:00:00:00:77 dev v1 master");
        await probes.UntilAsync(static graph => Forwarding(graph.FindLink("v1"), "02:00:00:00:00:77") is null);
        network.Ip("host", "link set v1 nomaster");
        await probes.UntilAsync(static graph => !graph.FindLink("v1")!.Metadata.ContainsKey("MasterIndex"));
        await GraphTruth.AssertTrueAsync(network, probes);
    }

    [Fact]
    public async Task Drivers_AreAskedAndAskedAgainWhenFeaturesChange()
    {
        using var network = new TestNetwork();
        network.Ip("host", "link add br-features type bridge");
        using var probes = await TestProbes.StartAsync(network);
        var graph = probes.Graph.Current;
        var bridge = graph.FindLink("br-features")!;
        Assert.Equal(true, bridge.Metadata["Features"].AsMap!["highdma"]);
        Assert.Equal("bridge", bridge.GetText("Driver"));
        Assert.Equal("N/A", bridge.GetText("BusInfo"));
        Assert.False(graph.FindLink("lo")!.Metadata.ContainsKey("Features"));

        network.Ip("host", "link add v1 type veth peer name v2");
        graph = await probes.UntilAsync(static graph => graph.FindLink("v1")?.Metadata.ContainsKey("Features") == true && graph.FindLink("v2")?.Metadata.ContainsKey("Features") == true);
        Assert.Equal("veth", graph.FindLink("v1")!.GetText("Driver"));
        Assert.Equal(10_000, graph.FindLink("v1")!.Integer("Speed"));
        Assert.Equal("full", graph.FindLink("v1")!.GetText("Duplex"));
        bool isOn = graph.FindLink("v1")!.Metadata["Features"].AsMap!["tx-tcp-segmentation"] == true;
        if (!File.Exists("/usr/sbin/ethtool") && !File.Exists("/sbin/ethtool"))
        {
            Assert.Skip("needs ethtool");
        }

        network.Execute("host", $"ethtool -K v1 tso {(isOn ? "off" : "on")}");
        await probes.UntilAsync(graph => graph.FindLink("v1")!.Metadata["Features"].AsMap!["tx-tcp-segmentation"] == !isOn);
    }

    [Fact]
    public async Task Counters_TrafficPasses_IsCountedInOneTransientCommitForAll()
    {
        using var network = new TestNetwork();
        network.Add("ns1");
        network.Ip("host", "link set lo up");
        network.Ip("ns1", "link set lo up");
        network.Ip("host", "link add idle type bridge");
        using var probes = await TestProbes.StartAsync(network, new() { MetricsUpdate = TimeSpan.FromMilliseconds(500) });
        using var subscription = probes.Graph.Subscribe();

        network.Execute("host", "ping -q -c 20 -i 0.1 127.0.0.1");
        network.Execute("ns1", "ping -q -c 20 -i 0.1 127.0.0.1");
        await probes.UntilAsync(static graph => Count(graph.FindLink("lo"), "Metric", "TxPackets") >= 40 && Count(graph.FindLink("lo", "ns1"), "Metric", "TxPackets") >= 40);

        var samples = new Dictionary<string, List<MetadataMap>>(StringComparer.Ordinal);
        while (subscription.TryRead(out var change))
        {
            foreach (var graphEvent in change.Commit!.Events)
            {
                if (graphEvent.Operations.Any(static operation => operation.Key == "LastUpdateMetric"))
                {
                    Assert.True(change.Commit.IsTransient);
                    Assert.All(graphEvent.Operations, static operation => Assert.Contains(operation.Key, new[] { "LastUpdateMetric", "Metric" }));
                    if (!samples.TryGetValue(graphEvent.Element.Id, out var list))
                    {
                        samples.Add(graphEvent.Element.Id, list = []);
                    }

                    list.Add(graphEvent.Element.Metadata["LastUpdateMetric"].AsMap!);
                }
            }
        }

        foreach (var link in new[] { probes.Find("lo")!, probes.Find("lo", "ns1")! })
        {
            var own = samples[link.Id];
            Assert.True(own.Count > 1);
            Assert.Equal(40, own.Sum(static sample => Number(sample, "TxPackets")));
            Assert.Equal(Count(link, "Metric", "TxBytes"), own.Sum(static sample => Number(sample, "TxBytes")));
            Assert.All(own, static sample => Assert.True(Number(sample, "Start") > 0 && Number(sample, "Last") > Number(sample, "Start")));
            Assert.Equal(own.OrderBy(static sample => Number(sample, "Start")), own);
            Assert.False(own[0].ContainsKey("Collisions"));
        }

        Assert.DoesNotContain(probes.Find("idle")!.Id, samples.Keys);
        Assert.False(probes.Find("idle")!.Metadata.ContainsKey("Metric"));
    }

    [Fact]
    public async Task Macvlan_OfAnInterfaceElsewhere_NamesItsNamespace()
    {
        using var network = new TestNetwork();
        network.Add("ns1");
        network.Ip("host", "link add v1 type veth peer name v2");
        if (Tools.TryRun("ip", $"netns exec {Path.GetFileName(network.RealPath("host"))} ip link add mv0 link v1 type macvlan mode bridge").Code != 0)
        {
            Assert.Skip("needs macvlan in the kernel");
        }

        using var probes = await TestProbes.StartAsync(network);
        Assert.Equal("bridge", probes.Find("mv0")!.GetText("MacvlanMode"));
        network.Ip("host", "link set mv0 netns @ns1");

        var graph = await probes.UntilAsync(static graph => graph.FindLink("mv0", "ns1")?.GetText("LinkNetNsName") == string.Empty);
        Assert.Null(graph.FindLink("mv0"));
        Assert.Equal(graph.FindLink("v1")!.Integer("IfIndex"), graph.FindLink("mv0", "ns1")!.Integer("ParentIndex"));
    }

    [Fact]
    public async Task Tunnels_ShowTheirEndsAndForwarding()
    {
        using var network = new TestNetwork();
        network.Batch("host", ["link add v1 type veth peer name v2", "link set v1 up", "addr add 10.0.0.1/24 dev v1"]);
        network.Ip("host", "link add vx0 type vxlan id 42 local 10.0.0.1 remote 10.0.0.2 dstport 4789 dev v1");
        using var probes = await TestProbes.StartAsync(network);
        var graph = probes.Graph.Current;
        var vxlan = graph.FindLink("vx0")!;
        Assert.Equal(("vxlan", 42, "10.0.0.1", "10.0.0.2"), (vxlan.Type, vxlan.Integer("VNI"), vxlan.GetText("LocalIP"), vxlan.GetText("RemoteIP")));
        Assert.Equal(4789, vxlan.Metadata["Tunnel"].AsMap!["Port"]);
        Assert.Equal("10.0.0.2", Forwarding(vxlan, "00:00:00:00:00:00")!["IP"].AsString);

        network.Execute("host", "bridge fdb add 02:00:00:00:00:05 dev vx0 dst 10.0.0.5 vni 77");
        graph = await probes.UntilAsync(static graph => Forwarding(graph.FindLink("vx0"), "02:00:00:00:00:05") is not null);
        var entry = Forwarding(graph.FindLink("vx0"), "02:00:00:00:00:05")!;
        Assert.Equal("10.0.0.5", entry["IP"].AsString);
        Assert.Equal(77, entry["VNI"]);
        Assert.Equal(MetadataValue.List("NTF_SELF"), entry["Flags"]);
    }

    private static MetadataMap? FindTable(Node node, int id) =>
        node.Metadata["RoutingTables"].Elements.ToArray().Select(static table => table.AsMap!).SingleOrDefault(table => table["ID"] == id);

    private static MetadataMap Table(Node node, int id) => FindTable(node, id) ?? throw new InvalidOperationException($"{node.Metadata} has no table {id}");

    private static IReadOnlyList<string> Prefixes(MetadataMap table) => [.. table["Routes"].Elements.ToArray().Select(static route => route.AsMap!["Prefix"].AsString!)];

    private static MetadataMap Route(MetadataMap table, string prefix) =>
        table["Routes"].Elements.ToArray().Select(static route => route.AsMap!).Single(route => route["Prefix"] == prefix);

    private static bool HasRoute(Node? node, string prefix) =>
        node is not null && node.Metadata["RoutingTables"].Elements.ToArray().Any(table => Prefixes(table.AsMap!).Contains(prefix));

    private static MetadataValue Hop(Node node, int priority, string? gateway = null)
    {
        var hop = MetadataMap.Create(("Priority", priority), ("IfIndex", node.Integer("IfIndex")!.Value));
        return gateway is null ? hop : hop.With("IP", gateway);
    }

    private static MetadataMap? Neighbour(Node? node, string address) => Entry(node, "Neighbors", "IP", address);

    private static MetadataMap? Forwarding(Node? node, string address) => Entry(node, "FDB", "MAC", address);

    private static MetadataMap? Entry(Node? node, string list, string key, string value) =>
        node?.Metadata[list].Elements.ToArray().Select(static entry => entry.AsMap!).FirstOrDefault(entry => entry[key] == value);

    private static long Count(Node? node, string key, string name) => node?.Metadata[key].AsMap is { } map ? Number(map, name) : 0;

    private static long Number(MetadataMap map, string key) => map[key].TryGetInteger(out long number) ? number : 0;
}
