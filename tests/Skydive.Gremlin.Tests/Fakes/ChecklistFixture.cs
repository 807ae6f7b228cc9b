using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Graph;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Tests.Fakes;

/// <summary>What the tests of reference 13.1 and 13.2 make, in one graph: the queries with which they look at it are in the corpus.</summary>
internal static class ChecklistFixture
{
    private const long L = 1066;

    public static FakeSource Make()
    {
        long now = Fixtures.Now.ToUnixTimeMilliseconds();
        var graph = new LiveGraph("h", "agent.h", new FixedTime(Fixtures.Now));
        graph.Write(static t =>
        {
            void Node(string id, string type, string name, params (string Key, MetadataValue Value)[] more) =>
                t.AddNode(id, MetadataMap.Create([("Type", type), ("Name", name), ("TID", $"tid-{id}"), .. more]));

            void Edge(string parent, string child, string relation, params (string Key, MetadataValue Value)[] more) =>
                t.AddEdge($"{parent}-{child}-{relation}", parent, child, MetadataMap.Create([("RelationType", relation), .. more]));

            Node("host", "host", "h", ("mydict.value", 123), ("myarrays.integers", MetadataValue.List(1, 2, 3)), ("myarrays.bools", MetadataValue.List(true)), ("myarrays.strings", MetadataValue.List("dog", "cat", "frog")));
            Node("br", "ovsbridge", "br-t1");
            Node("port", "ovsport", "br-t1");
            Node("intf", "internal", "br-t1", ("Driver", "openvswitch"), ("UUID", "u"), ("MAC", "02:00:00:00:00:10"));
            Node("p1", "patch", "patch-br1", ("Driver", "openvswitch"));
            Node("p2", "patch", "patch-br2", ("Driver", "openvswitch"));
            Node("v0", "veth", "vm1-veth0", ("MAC", "02:00:00:00:00:01"), ("LinkNetNsName", "ns1"), ("LinkFlags", MetadataValue.List("UP", "BROADCAST")));
            Node("v1", "veth", "vm1-veth1", ("MAC", "02:00:00:00:00:02"), ("LinkNetNsName", "ns2"), ("Neighbors", MetadataValue.List(MetadataMap.Create(("IP", "192.168.33.252"), ("MAC", "a6:d1:a0:51:03:49")))));
            Node("bridge", "bridge", "br-test", ("Features.highdma", true));
            Node("tap", "tun", "intf1");
            Node("ns1", "netns", "ns1");
            Node("lo", "device", "lo", ("RoutingTables", MetadataValue.List(MetadataMap.Create(("ID", 2)), MetadataMap.Create(("ID", 254)))), ("LastUpdateMetric", MetadataMap.Create(("TxPackets", 12), ("Start", 0), ("Last", 5000))));
            Edge("host", "br", "ownership");
            Edge("br", "port", "layer2");
            Edge("port", "intf", "layer2");
            Edge("p1", "p2", "layer2", ("Type", "patch"));
            Edge("v0", "v1", "layer2", ("Type", "veth"));
            Edge("bridge", "tap", "layer2");
            Edge("ns1", "v1", "ownership");
            Edge("ns1", "lo", "ownership");
            Edge("br", "p1", "ownership");
            Edge("br", "p2", "ownership");
            Edge("host", "intf", "ownership");
        });
        var live = graph.Current;

        Flow Flow(string id, string node, string tracking, string path, string a, string b, int start, int last, long packets, string macB = "02:00:00:00:00:02", int icmp = 0) => new()
        {
            UUID = id,
            LayersPath = path,
            Application = path[(path.LastIndexOf('/') + 1)..],
            Link = new() { Protocol = "ETHERNET", A = "02:00:00:00:00:01", B = macB },
            Network = new() { Protocol = path.Contains("IPv6", StringComparison.Ordinal) ? "IPV6" : "IPV4", A = a, B = b },
            ICMP = new() { Type = "ECHO", ID = icmp },
            Metric = new() { ABPackets = packets, ABBytes = packets * L, BAPackets = packets, BABytes = packets * L, Start = now - 60_000 + start, Last = now - 60_000 + last, RTT = 5 },
            Start = now - 60_000 + start,
            Last = now - 60_000 + last,
            TrackingID = tracking,
            NodeTID = $"tid-{node}",
        };

        return new(live)
        {
            Flows = new FakeFlowSource(
            [
                Flow("a", "v0", "k1", "Ethernet/IPv4/ICMPv4", "169.254.40.33", "169.254.40.34", 10, 500, 1, icmp: 123),
                Flow("b", "v1", "k1", "Ethernet/IPv4/ICMPv4", "169.254.40.33", "169.254.40.34", 11, 400, 1, icmp: 123),
                Flow("c", "v0", "k2", "Ethernet/IPv6/ICMPv6/ICMPv6Echo", "fd49:37c8:5229::1", "fd49:37c8:5229::2", 30, 300, 4, icmp: 456),
                Flow("d", "v0", "k3", "Ethernet/IPv4/ICMPv4", "169.254.41.1", "169.254.41.2", 40, 200, 5, "00:11:22:33:44:55"),
            ]),
            Metrics = new FakeMetricSource([.. Enumerable.Range(0, 6).Select(i => new MetricSample("lo", "LastUpdateMetric", MetadataMap.Create(("TxPackets", 6), ("Start", now - 30_000 + (i * 5000)), ("Last", now - 25_000 + (i * 5000)))))]),
            History = slice =>
            {
                var older = live.GetNodes().Where(static node => node.Id == "lo").Select(static node => node.With(node.Metadata.With("State", "DOWN"), revision: 0));
                return new RevisionView(slice, slice.IsPoint ? live.GetNodes() : older.Concat(live.GetNodes()), live.GetEdges());
            },
        };
    }
}
