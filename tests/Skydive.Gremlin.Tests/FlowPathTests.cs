using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Graph;
using Skydive.Gremlin.Tests.Fakes;

namespace Skydive.Gremlin.Tests;

/// <summary>The order of the points at which a conversation was captured, and what became of its packets between them.</summary>
public sealed class FlowPathTests
{
    // a - br1 - r (eth0, eth1) - br2 - b; beside it an interface of the host that leads nowhere.
    private static readonly GraphSnapshot s_graph = MakeGraph();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Path_InAnyOrderOfItsFlows_IsThatOfTheTopology()
    {
        Flow[] flows = [At("ao", 20, 18), At("br1", 20, 18), At("r1", 20, 18), At("r2", 17, 18, tracking: "t2"), At("bo", 15, 19, tracking: "t2")];
        for (int seed = 0; seed < 20; seed++)
        {
            var shuffled = (Flow[])flows.Clone();
            new Random(seed).Shuffle(shuffled);
            var path = Assert.Single(await FindAsync(shuffled));

            Assert.Equal(["ao", "br1", "r1", "r2", "bo"], path.Hops.Select(static hop => hop.Name));
            Assert.Equal([0, 0, 0, 3, 2], path.Hops.Select(static hop => hop.ABLost));
            Assert.Equal([0, 0, 0, 0, 1], path.Hops.Select(static hop => hop.BALost));
            Assert.Equal((5, 1), (path.ABLost, path.BALost));
            Assert.Equal(["ao", "br1", "r1", "r2", "bo"], await NodesAsync(shuffled, "Hops()"));
            Assert.Equal(shuffled.Select(static flow => flow.NodeTID["tid-".Length..]), await NodesAsync(shuffled, "CaptureNode()"));
        }
    }

    [Fact]
    public async Task Path_PointThatSawTheAnswerFirst_CountsInTheDirectionOfTheOthers()
    {
        var reversed = At("bo", 18, 15, start: 1500) with
        {
            Network = new FlowLayer { Protocol = "IPV4", A = "10.0.2.2", B = "10.0.1.2" },
            Transport = new FlowTransport { Protocol = "TCP", A = 80, B = 4000 },
            ANodeTID = "tid-b",
            BNodeTID = "tid-a",
        };
        var path = Assert.Single(await FindAsync([reversed, At("ao", 20, 16)]));

        Assert.Equal(["ao", "bo"], path.Hops.Select(static hop => hop.Name));
        Assert.Equal(("10.0.1.2", 4000, "10.0.2.2", 80), (path.A, path.PortA, path.B, path.PortB));
        Assert.Equal((15, 18, 5, 2), (path.Hops[1].ABPackets, path.Hops[1].BAPackets, path.Hops[1].ABLost, path.Hops[1].BALost));
    }

    [Fact]
    public async Task Path_OnlyTheFarEndIsKnown_IsOrderedFromThere()
    {
        Flow[] flows = [.. new[] { At("bo", 1, 1), At("r2", 1, 1), At("br2", 1, 1) }.Select(static flow => flow with { ANodeTID = null })];

        Assert.Equal(["r2", "br2", "bo"], Assert.Single(await FindAsync(flows)).Hops.Select(static hop => hop.Name));
    }

    [Fact]
    public async Task Path_NoEndIsKnown_IsOrderedByTimeThenRoundTrip()
    {
        Flow[] flows =
        [
            .. new[] { At("bo", 1, 1, 1002, rtt: 100), At("ao", 1, 1, 1000, rtt: 900), At("r2", 1, 1, 1001, rtt: 300), At("r1", 1, 1, 1001, rtt: 800) }
                .Select(static flow => flow with { ANodeTID = null, BNodeTID = null }),
        ];

        var path = Assert.Single(await FindAsync(flows));
        Assert.Equal(["ao", "r1", "r2", "bo"], path.Hops.Select(static hop => hop.Name));
        Assert.Equal([null, 100, 500, 200], path.Hops.Select(static hop => hop.Latency));
    }

    [Fact]
    public async Task Path_PointsThatNoWayLeadsTo_StandBetweenAndAreNamedAsFarAsKnown()
    {
        var path = Assert.Single(await FindAsync([At("gone", 5, 5, 1001, rtt: 50) with { ANodeTID = null }, At("bo", 5, 5) with { ANodeTID = "tid-nobody" }, At("beside", 5, 5) with { ANodeTID = "tid-nobody" }]));

        Assert.Equal(["tid-beside", "tid-gone", "tid-bo"], path.Hops.Select(static hop => hop.NodeTID));
        Assert.Equal(["beside", null, "bo"], path.Hops.Select(static hop => hop.Name));
        Assert.Null(path.Hops[0].Latency);
    }

    [Fact]
    public async Task Paths_OfSeveralConversations_AreKeptApart()
    {
        var other = At("ao", 1, 1) with { Transport = new FlowTransport { Protocol = "TCP", A = 4001, B = 80 } };
        var udp = At("ao", 2, 2) with { Transport = new FlowTransport { Protocol = "UDP", A = 4000, B = 80 } };
        var echo = At("ao", 3, 3) with { Transport = null, LayersPath = "Ethernet/IPv4/ICMPv4", ICMP = new FlowIcmp { Type = "ECHO", Code = 0, ID = 7 } };
        var arp = At("ao", 4, 0) with { Network = null, Transport = null, LayersPath = "Ethernet/ARP", Link = new FlowLayer { Protocol = "ETHERNET", A = "m1", B = "m2" } };
        var bare = At("ao", 5, 0) with { Network = null, Transport = null, Link = null };
        Flow[] flows = [At("ao", 9, 9), other, udp, echo, echo with { ICMP = echo.ICMP! with { ID = 8 } }, arp, bare, At("bo", 9, 9), arp with { NodeTID = "tid-br1" }];

        var paths = await FindAsync(flows);

        Assert.Equal([2, 1, 1, 1, 1, 2, 1], paths.Select(static path => path.Hops.Count));
        Assert.Equal(("m1", "m2"), (paths[5].A, paths[5].B));
        Assert.Empty(await FindAsync([]));
    }

    private static Flow At(string node, long ab, long ba, long start = 1000, long rtt = 0, string tracking = "t1") => new()
    {
        UUID = $"{node}{tracking}",
        LayersPath = "Ethernet/IPv4/TCP",
        Application = "TCP",
        Link = new FlowLayer { Protocol = "ETHERNET", A = "02:00:00:00:00:01", B = "02:00:00:00:00:02" },
        Network = new FlowLayer { Protocol = "IPV4", A = "10.0.1.2", B = "10.0.2.2" },
        Transport = new FlowTransport { Protocol = "TCP", A = 4000, B = 80 },
        Metric = new FlowMetric { ABPackets = ab, ABBytes = ab * 100, BAPackets = ba, BABytes = ba * 100, Start = start, Last = start + 9000, RTT = rtt },
        Start = start,
        Last = start + 9000,
        TrackingID = tracking,
        L3TrackingID = "l3",
        NodeTID = "tid-" + node,
        ANodeTID = "tid-a",
        BNodeTID = "tid-b",
    };

    private static GraphSnapshot MakeGraph()
    {
        var graph = new LiveGraph("h", "agent.h");
        graph.Write(static transaction =>
        {
            Add("h", "host", null);
            Add("nsa", "netns", "h");
            Add("nsr", "netns", "h");
            Add("nsb", "netns", "h");
            Add("a", "veth", "nsa", "10.0.1.2/24");
            Add("re0", "veth", "nsr", "10.0.1.1/24");
            Add("re1", "veth", "nsr", "10.0.2.1/24");
            Add("b", "veth", "nsb", "10.0.2.2/24");
            foreach (string name in (string[])["ao", "r1", "r2", "bo", "beside"])
            {
                Add(name, "veth", "h");
            }

            Add("br1", "bridge", "h");
            Add("br2", "bridge", "h");
            foreach (var (one, other) in ((string, string)[])[("a", "ao"), ("br1", "ao"), ("br1", "r1"), ("r1", "re0"), ("re1", "r2"), ("br2", "r2"), ("br2", "bo"), ("bo", "b")])
            {
                transaction.AddEdge($"{one}-{other}", one, other, MetadataMap.Create(("RelationType", "layer2")));
            }

            void Add(string name, string type, string? owner, string? address = null)
            {
                var metadata = MetadataMap.Create(("Name", name), ("Type", type), ("TID", "tid-" + name));
                transaction.AddNode(name, address is null ? metadata : metadata.With("IPV4", MetadataValue.List(address)));
                if (owner is not null)
                {
                    transaction.AddEdge($"{owner}>{name}", owner, name, MetadataMap.Create(("RelationType", "ownership")));
                }
            }
        });
        return graph.Current;
    }

    private static async Task<IReadOnlyList<FlowPath>> FindAsync(IReadOnlyList<Flow> flows)
    {
        // As they come: a source may give them in any order.
        var source = new FakeSource(s_graph) { Flows = new Unordered(flows) };
        var result = await GremlinEngine.ExecuteAsync("G.Flows()", source, null, Token);
        return [.. result.FlowPaths];
    }

    private static async Task<IEnumerable<string?>> NodesAsync(IReadOnlyList<Flow> flows, string step)
    {
        var source = new FakeSource(s_graph) { Flows = new Unordered(flows) };
        var result = await GremlinEngine.ExecuteAsync("G.Flows()." + step, source, null, Token);
        return [.. result.Nodes.Select(static node => node.Name)];
    }

    private sealed class Unordered(IReadOnlyList<Flow> flows) : Contracts.Queries.IFlowSource
    {
        public Task<IReadOnlyList<Flow>> SearchFlowsAsync(Contracts.Queries.FlowSearch search, CancellationToken cancellationToken) => Task.FromResult(flows);
    }
}
