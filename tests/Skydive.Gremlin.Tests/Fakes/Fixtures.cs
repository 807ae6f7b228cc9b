using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Views;

namespace Skydive.Gremlin.Tests.Fakes;

/// <summary>The graphs that the corpus asks about.</summary>
internal static class Fixtures
{
    /// <summary>2026-11-21 00:00:00 UTC.</summary>
    public static readonly DateTimeOffset Now = new(2026, 11, 21, 0, 0, 0, TimeSpan.Zero);

    /// <summary>The graph of reference 13.10.</summary>
    public static FakeSource Small()
    {
        var graph = new LiveGraph("host", "test.host", new FixedTime(Now));
        graph.Write(static t =>
        {
            t.AddNode("n1", MetadataMap.Create(
                ("Value", 1), ("Type", "intf"), ("Bytes", 1024), ("List", MetadataValue.List("111", "222")), ("Map", MetadataMap.Create(("a", 1)))));
            t.AddNode("n2", MetadataMap.Create(("Value", 2), ("Type", "intf"), ("Bytes", 2024), ("IPV4", MetadataValue.List("10.0.0.1", "10.0.1.2"))));
            t.AddNode("n3", MetadataMap.Create(("Value", 3), ("IPV4", "192.168.0.34/24"), ("Map", MetadataMap.Empty), ("MTU", 1500)));
            t.AddNode("n4", MetadataMap.Create(
                ("Value", 4), ("Name", "Node4"), ("Bytes", 4024), ("IPV4", "192.168.1.34"), ("Indexes", MetadataValue.List(5, 6))));
            t.AddEdge("e1", "n1", "n2", MetadataMap.Create(("Direction", "Left"), ("Name", "e1")));
            t.AddEdge("e2", "n2", "n3", MetadataMap.Create(("Direction", "Left"), ("Name", "e2")));
            t.AddEdge("e3", "n3", "n4", MetadataMap.Create(("Name", "e3")));
            t.AddEdge("e4", "n1", "n4", MetadataMap.Create(("Name", "e4")));
            t.AddEdge("e5", "n1", "n3", MetadataMap.Create(("Mode", "Direct"), ("Name", "e5")));
        });
        return new(graph.Current) { Flows = new FakeFlowSource([]) };
    }

    /// <summary>The graph of reference 13.10 with a cost for each edge: 10 for e4 and e5, 1 for the others.</summary>
    public static FakeSource Weights()
    {
        var graph = new LiveGraph("host", "test.host", new FixedTime(Now));
        graph.Write(static t =>
        {
            foreach (string name in (string[])["n1", "n2", "n3", "n4"])
            {
                t.AddNode(name, MetadataMap.Create(("Name", name)));
            }

            void Edge(string id, string parent, string child, int cost) => t.AddEdge(id, parent, child, MetadataMap.Create(("Name", id), ("Cost", cost)));

            Edge("e1", "n1", "n2", 1);
            Edge("e2", "n2", "n3", 1);
            Edge("e3", "n3", "n4", 1);
            Edge("e4", "n1", "n4", 10);
            Edge("e5", "n1", "n3", 10);
        });
        return new(graph.Current);
    }

    /// <summary>
    /// A host with a bridge, two veth pairs whose other ends are in two namespaces, and flows between these; its past of a day ago is the
    /// same but for the state of br0, its past of two days ago lacks ns2 and what is in it.
    /// </summary>
    public static FakeSource Lab()
    {
        long time = Now.ToUnixTimeMilliseconds();
        var graph = new LiveGraph("lab", "agent.lab", new FixedTime(Now));
        graph.Write(t =>
        {
            void Node(string id, string type, long age, params (string Key, MetadataValue Value)[] more) => t.AddNode(new Node
            {
                Id = id,
                Host = "lab",
                Origin = "agent.lab",
                CreatedAt = time - age,
                UpdatedAt = time - age,
                Metadata = MetadataMap.Create([("Name", id.Contains('/', StringComparison.Ordinal) ? id[(id.IndexOf('/', StringComparison.Ordinal) + 1)..] : id), ("Type", type), ("TID", $"tid-{id}"), .. more]),
            });

            Node("lab", "host", 90);
            Node("br0", "bridge", 80, ("MAC", "02:00:00:00:00:ff"), ("State", "UP"), ("MTU", 1500), ("IfIndex", 2));
            Node("veth1", "veth", 70, ("MAC", "02:00:00:00:01:01"), ("PeerIntfMAC", "02:00:00:00:00:01"), ("State", "UP"), ("MTU", 1500), ("IfIndex", 3));
            Node("veth2", "veth", 60, ("MAC", "02:00:00:00:01:02"), ("State", "DOWN"), ("MTU", 1400), ("IfIndex", 4));
            Node("ns1", "netns", 50);
            Node("ns2", "netns", 40);
            Node("ns1/eth0", "veth", 30, ("MAC", "02:00:00:00:00:01"), ("IPV4", MetadataValue.List("10.0.0.1/24")), ("State", "UP"), ("MTU", 1500), ("IfIndex", 2));
            Node("ns2/eth0", "veth", 20, ("MAC", "02:00:00:00:00:02"), ("IPV4", MetadataValue.List("10.0.0.2/24")), ("State", "UP"), ("MTU", 1500), ("IfIndex", 2));

            // In the past edges come in the order of their creation, which is then that of the live graph.
            long created = time - 100;

            void Edge(string parent, string child, string type) => t.AddEdge(new Edge
            {
                Id = $"{parent}-{child}",
                Parent = parent,
                Child = child,
                Host = "lab",
                Origin = "agent.lab",
                CreatedAt = created,
                UpdatedAt = created++,
                Metadata = MetadataMap.Create(("RelationType", type)),
            });

            Edge("lab", "br0", "ownership");
            Edge("lab", "veth1", "ownership");
            Edge("lab", "veth2", "ownership");
            Edge("lab", "ns1", "ownership");
            Edge("lab", "ns2", "ownership");
            Edge("ns1", "ns1/eth0", "ownership");
            Edge("ns2", "ns2/eth0", "ownership");
            Edge("br0", "veth1", "layer2");
            Edge("br0", "veth2", "layer2");
            Edge("veth1", "ns1/eth0", "layer2");
            Edge("veth2", "ns2/eth0", "layer2");
        });
        var live = graph.Current;

        IGraphView Past(TimeSlice slice)
        {
            var nodes = live.GetNodes().Select(node => node.Id == "br0" ? node.With(node.Metadata.With("State", "DOWN")) : node);
            var edges = live.GetEdges();
            if (slice.Last <= Now.AddDays(-2).ToUnixTimeMilliseconds())
            {
                nodes = nodes.Where(static node => !node.Id.StartsWith("ns2", StringComparison.Ordinal));
                edges = edges.Where(static edge => !edge.Child.StartsWith("ns2", StringComparison.Ordinal));
            }

            return new RevisionView(slice, nodes, edges);
        }

        return new(live) { Flows = new FakeFlowSource(Flows(time)), History = Past };
    }

    private static Flow[] Flows(long time)
    {
        Flow Flow(string id, int start, string application, string a, string b, string node, long bytes, FlowIcmp? icmp = null, FlowTransport? transport = null) => new()
        {
            UUID = id,
            LayersPath = $"Ethernet/IPv4/{application}",
            Application = application,
            Link = new() { Protocol = "ETHERNET", A = $"02:00:00:00:00:0{a}", B = b == "*" ? "ff:ff:ff:ff:ff:ff" : $"02:00:00:00:00:0{b}" },
            Network = application == "ARP" ? null : new() { Protocol = "IPV4", A = $"10.0.0.{a}", B = $"10.0.0.{b}" },
            ICMP = icmp,
            Transport = transport,
            Metric = new() { ABBytes = bytes, ABPackets = 1 },
            Start = time - 1000 + start,
            Last = time - 1000 - start,
            TrackingID = $"track-{id[0]}",
            NodeTID = $"tid-{node}",
            CaptureID = "capture",
        };

        return
        [
            Flow("a2", 20, "ICMPv4", "1", "2", "ns1/eth0", 200, new() { Type = "ECHO", ID = 222 }),
            Flow("a1", 10, "ICMPv4", "1", "2", "ns2/eth0", 100, new() { Type = "ECHO", ID = 222 }),
            Flow("b1", 30, "ICMPv4", "2", "1", "ns1/eth0", 700, new() { Type = "ECHO", ID = 555 }),
            Flow("c1", 40, "ARP", "1", "*", "ns1/eth0", 42),
            Flow("d1", 50, "TCP", "1", "2", "ns1/eth0", 554, transport: new() { Protocol = "TCP", A = 4242, B = 80 }),
            Flow("e1", 50, "TCP", "2", "1", "gone", 50, transport: new() { Protocol = "TCP", A = 4243, B = 80 }),
        ];
    }
}
