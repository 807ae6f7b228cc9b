using Skydive.Agent.Tests.Support;
using Skydive.Agent.Topology.Netlink;
using Skydive.Contracts.Topology;
using Skydive.Graph;
using Skydive.Graph.Events;
using Skydive.Linux.Namespaces;
using Skydive.Linux.Netlink;
using Skydive.Linux.Route;

namespace Skydive.Agent.Tests.Topology.Netlink;

/// <summary>Interfaces of real namespaces in the graph.</summary>
public sealed class NetlinkProbeTests
{
    [Fact]
    public async Task Start_InterfacesThere_AreInTheGraphInOneRevision()
    {
        using var network = new TestNetwork();
        network.Add("ns1");
        network.Ip("host", "link add br0 address 02:00:00:00:00:ff type bridge");
        network.Ip("host", "link add v1 address 02:00:00:00:01:01 mtu 1400 type veth peer name eth0 address 02:00:00:00:00:01 netns @ns1");
        network.Ip("host", "link set v1 master br0 up");
        network.Ip("ns1", "addr add 10.0.0.1/24 dev eth0");

        using var probes = await TestProbes.StartAsync(network, settle: false);

        var graph = probes.Graph.Current;
        Assert.Equal(2, graph.Sequence);
        var v1 = probes.Find("v1")!;
        var eth0 = probes.Find("eth0", "ns1")!;
        Assert.Equal(1400, v1.Integer("MTU"));
        Assert.Equal("02:00:00:00:01:01", v1.GetText("MAC"));
        Assert.Equal("veth", v1.Type);
        Assert.Equal(["10.0.0.1/24"], eth0.Texts("IPV4"));
        Assert.Equal("ns1", v1.GetText("LinkNetNsName"));
        Assert.Equal(string.Empty, eth0.GetText("LinkNetNsName"));
        Assert.NotNull(graph.FindLayer2(probes.Find("br0"), v1));
        Assert.Equal("veth", graph.FindPair(v1, eth0)!.GetText("Type"));
        Assert.All(graph.GetNodes(), static node => Assert.NotNull(node.TID));
        Assert.Equal("running", probes.NetlinkState.Status.Status);
        Assert.Equal("running", probes.NamespaceState.Status.Status);
    }

    [Fact]
    public async Task Event_InterfaceChanges_ChangesTheSameNode()
    {
        using var network = new TestNetwork();
        network.Ip("host", "link add v1 type veth peer name v2");
        using var probes = await TestProbes.StartAsync(network);
        string id = probes.Find("v1")!.Id;

        network.Ip("host", "link set v1 mtu 1300");
        await probes.UntilAsync(graph => graph.FindNode(id)!.Integer("MTU") == 1300);

        network.Ip("host", "link set v1 up");
        network.Ip("host", "link set v2 up");
        await probes.UntilAsync(graph => graph.FindNode(id)!.GetText("State") == "UP" && graph.FindNode(id)!.Texts("LinkFlags").Contains("UP"));

        string before = probes.Graph.Current.FindNode(id)!.TID!;
        network.Ip("host", "link set v1 down");
        network.Ip("host", "link set v1 name wan");
        var after = await probes.UntilAsync(graph => graph.FindNode(id)!.Name == "wan");
        Assert.NotEqual(before, after.FindNode(id)!.TID);
        Assert.NotNull(after.FindPair(after.FindNode(id), after.FindLink("v2")));
    }

    [Fact]
    public async Task Event_AddressesComeAndGo_AreTheWholeListEachTime()
    {
        using var network = new TestNetwork();
        network.Ip("host", "link add v1 type veth peer name v2");
        using var probes = await TestProbes.StartAsync(network);
        string id = probes.Find("v1")!.Id;

        network.Batch("host", ["addr add 10.0.0.1/24 dev v1", "addr add 10.0.0.2/24 dev v1", "addr add 10.0.1.1/16 dev v1", "addr add fd00::1/64 dev v1 nodad"]);
        await probes.UntilAsync(graph => graph.FindNode(id)!.Texts("IPV4").SequenceEqual(["10.0.0.1/24", "10.0.0.2/24", "10.0.1.1/16"]) && graph.FindNode(id)!.Texts("IPV6").Contains("fd00::1/64"));

        network.Ip("host", "addr del 10.0.0.2/24 dev v1");
        await probes.UntilAsync(graph => graph.FindNode(id)!.Texts("IPV4").SequenceEqual(["10.0.0.1/24", "10.0.1.1/16"]));

        network.Ip("host", "addr flush dev v1");
        await probes.UntilAsync(graph => !graph.FindNode(id)!.Metadata.ContainsKey("IPV4") && !graph.FindNode(id)!.Metadata.ContainsKey("IPV6"));
    }

    [Fact]
    public async Task Event_PairAppears_NodesAndEdgesComeInOneRevision()
    {
        using var network = new TestNetwork();
        network.Add("ns1");
        using var probes = await TestProbes.StartAsync(network);
        using var subscription = probes.Graph.Subscribe();
        using (probes.Graph.Hold())
        {
            // While another writes, what the kernel tells piles up: it makes one revision, whole in itself.
            network.Ip("host", "link add br0 type bridge");
            network.Ip("host", "link add v1 type veth peer name v2");
            network.Ip("host", "link set v1 master br0");
        }

        await probes.UntilAsync(graph => graph.FindLayer2(graph.FindLink("br0"), graph.FindLink("v1")) is not null);
        while (subscription.TryRead(out var change))
        {
            var veths = change.Snapshot.GetNodes().Where(static node => node.Type == "veth").ToArray();
            Assert.True(veths.Length < 2 || change.Snapshot.FindPair(veths[0], veths[1]) is not null, "a revision shows the pair without its edge");
        }
    }

    [Fact]
    public async Task Event_MasterComesAndGoes_SoDoesTheEdge()
    {
        using var network = new TestNetwork();
        network.Batch("host", ["link add br0 type bridge", "link add br1 type bridge", "link add v1 type veth peer name v2"]);
        using var probes = await TestProbes.StartAsync(network);

        network.Ip("host", "link set v1 master br0");
        await probes.UntilAsync(static graph => graph.FindLayer2(graph.FindLink("br0"), graph.FindLink("v1")) is not null);

        network.Ip("host", "link set v1 master br1");
        var moved = await probes.UntilAsync(static graph => graph.FindLayer2(graph.FindLink("br1"), graph.FindLink("v1")) is not null);
        Assert.Null(moved.FindLayer2(moved.FindLink("br0"), moved.FindLink("v1")));

        network.Ip("host", "link set v1 nomaster");
        var freed = await probes.UntilAsync(static graph => !graph.FindLink("v1")!.Metadata.ContainsKey("MasterIndex"));
        Assert.Null(freed.FindLayer2(freed.FindLink("br1"), freed.FindLink("v1")));

        network.Batch("host", ["link set v1 master br0", "link del br0"]);
        var gone = await probes.UntilAsync(static graph => graph.FindLink("br0") is null && !graph.FindLink("v1")!.Metadata.ContainsKey("MasterIndex"));
        Assert.NotNull(gone.FindPair(gone.FindLink("v1"), gone.FindLink("v2")));
    }

    [Fact]
    public async Task Event_MacvlanOnAnInterface_HasTheEdgeFromBelow()
    {
        using var network = new TestNetwork();
        network.Ip("host", "link add v1 type veth peer name v2");
        using var probes = await TestProbes.StartAsync(network);
        if (Tools.TryRun("ip", $"netns exec {Path.GetFileName(network.RealPath("host"))} ip link add mv0 link v1 type macvlan mode bridge").Code != 0)
        {
            Assert.Skip("needs macvlan in the kernel");
        }

        var graph = await probes.UntilAsync(static graph => graph.FindLayer2(graph.FindLink("v1"), graph.FindLink("mv0")) is not null);
        Assert.Equal("macvlan", graph.FindLayer2(graph.FindLink("v1"), graph.FindLink("mv0"))!.GetText("Type"));
    }

    [Fact]
    public async Task Event_InterfaceDeleted_LeavesNothing()
    {
        using var network = new TestNetwork();
        network.Ip("host", "link add v1 type veth peer name v2");
        using var probes = await TestProbes.StartAsync(network);
        string id = probes.Find("v1")!.Id;
        Assert.NotNull(probes.Netlink.FindLink(id));

        network.Ip("host", "link del v1");

        var graph = await probes.UntilAsync(static graph => graph.FindLink("v1") is null && graph.FindLink("v2") is null);
        Assert.Equal(2, graph.NodeCount);
        Assert.Equal(1, graph.EdgeCount);
        Assert.Null(probes.Netlink.FindLink(id));
    }

    [Fact]
    public async Task Event_DeletedAndMadeAgain_IsANewNode()
    {
        using var network = new TestNetwork();
        network.Ip("host", "link add v1 index 50 type veth peer name v2 index 51");
        using var probes = await TestProbes.StartAsync(network);
        var old = probes.Find("v1")!;
        using (probes.Graph.Hold())
        {
            network.Ip("host", "link del v1");
            network.Ip("host", "link add v1 index 50 type veth peer name v2 index 51");
        }

        var graph = await probes.UntilAsync(graph => graph.FindLink("v1") is { } now && now.Id != old.Id && graph.FindPair(now, graph.FindLink("v2")) is not null);
        Assert.Null(graph.FindNode(old.Id));
        Assert.Equal(old.TID, graph.FindLink("v1")!.TID);
        Assert.Equal(4, graph.NodeCount);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Event_PeerMoves_BothEndsTellItsNewPlace(bool indexIsTaken)
    {
        using var network = new TestNetwork();
        network.Add("ns1");
        network.Add("ns2");
        network.Ip("host", "link add v1 index 60 type veth peer name eth0 index 61");
        if (indexIsTaken)
        {
            network.Ip("ns1", "link add x1 index 61 type veth peer name x2 index 62");
        }

        using var probes = await TestProbes.StartAsync(network);
        Assert.NotNull(probes.Graph.Current.FindPair(probes.Find("v1"), probes.Find("eth0")));

        network.Ip("host", "link set eth0 netns @ns1");
        var first = await probes.UntilAsync(static graph => graph.FindPair(graph.FindLink("v1"), graph.FindLink("eth0", "ns1")) is not null);
        AssertPair(first, "ns1");

        network.Ip("ns1", "link set eth0 netns @ns2");
        var second = await probes.UntilAsync(static graph => graph.FindPair(graph.FindLink("v1"), graph.FindLink("eth0", "ns2")) is not null);
        AssertPair(second, "ns2");

        network.Ip("ns2", "link set eth0 netns @host");
        var third = await probes.UntilAsync(static graph => graph.FindPair(graph.FindLink("v1"), graph.FindLink("eth0")) is not null);
        Assert.False(third.FindLink("v1")!.Metadata.ContainsKey("LinkNetNsID"));
        Assert.False(third.FindLink("v1")!.Metadata.ContainsKey("LinkNetNsName"));
    }

    [Fact]
    public async Task Event_PeerMovesOutOfSight_TheOtherEndTellsSoAndFindsItAgain()
    {
        using var network = new TestNetwork();
        network.Make("hidden");
        network.Add("ns1");
        network.Ip("host", "link add v1 index 60 type veth peer name eth0 index 61");
        using var probes = await TestProbes.StartAsync(network);

        network.Ip("host", "link set eth0 netns @hidden");
        var away = await probes.UntilAsync(static graph => graph.FindLink("v1")!.Metadata.ContainsKey("LinkNetNsID"));
        Assert.False(away.FindLink("v1")!.Metadata.ContainsKey("LinkNetNsName"));
        Assert.Null(away.FindLink("eth0"));
        Assert.DoesNotContain(away.GetEdges(), static edge => edge.RelationType == RelationTypes.Layer2);

        // Another with the same index takes the place: it is not the peer.
        network.Ip("host", "link add x1 index 61 type veth peer name x2 index 62");
        var taken = await probes.UntilAsync(static graph => graph.FindPair(graph.FindLink("x1"), graph.FindLink("x2")) is not null);
        Assert.Null(taken.FindPair(taken.FindLink("v1"), taken.FindLink("x1")));

        network.Ip("hidden", "link set eth0 netns @ns1");
        AssertPair(await probes.UntilAsync(static graph => graph.FindPair(graph.FindLink("v1"), graph.FindLink("eth0", "ns1")) is not null), "ns1");
    }

    [Fact]
    public async Task Event_PairAcrossTwoNamespaces_NamesBoth()
    {
        using var network = new TestNetwork();
        network.Add("ns1");
        network.Add("ns2");
        using var probes = await TestProbes.StartAsync(network);

        network.Ip("ns1", "link add left type veth peer name right netns @ns2");

        var graph = await probes.UntilAsync(static graph => graph.FindPair(graph.FindLink("left", "ns1"), graph.FindLink("right", "ns2")) is not null);
        Assert.Equal("ns2", graph.FindLink("left", "ns1")!.GetText("LinkNetNsName"));
        Assert.Equal("ns1", graph.FindLink("right", "ns2")!.GetText("LinkNetNsName"));
    }

    [Fact]
    public async Task Event_SameIndexInManyNamespaces_EachFindsItsOwnPeer()
    {
        const int Count = 20;
        using var network = new TestNetwork();
        network.Make([.. Enumerable.Range(0, Count).Select(static i => $"n{i}")]);
        network.Batch("host", Enumerable.Range(0, Count).Select(static i => $"link add v{i} type veth peer name eth0 index 7 netns @n{i}"));

        using var probes = await TestProbes.StartAsync(network);

        var graph = probes.Graph.Current;
        Assert.All(Enumerable.Range(0, Count), i => Assert.NotNull(graph.FindPair(graph.FindLink($"v{i}"), graph.FindLink("eth0", $"n{i}"))));
        Assert.Equal(Count, graph.GetEdges().Count(static edge => edge.RelationType == RelationTypes.Layer2));
    }

    [Fact]
    public async Task Event_OthersMetadata_Stays()
    {
        using var network = new TestNetwork();
        network.Ip("host", "link add v1 type veth peer name v2");
        using var probes = await TestProbes.StartAsync(network);
        string id = probes.Find("v1")!.Id;
        probes.Graph.Write(transaction => transaction.Set(transaction.FindNode(id)!, "ExtID.vm", "42"));

        network.Ip("host", "link set v1 mtu 1300");

        var graph = await probes.UntilAsync(graph => graph.FindNode(id)!.Integer("MTU") == 1300);
        Assert.Equal("42", graph.FindNode(id)!.Metadata["ExtID"].AsMap!["vm"].AsString);
    }

    [Fact]
    public async Task Overrun_EventsLost_TheNamespaceIsReadAnew()
    {
        using var network = new TestNetwork();
        network.Batch("host", ["link add br0 type bridge", "link add v1 type veth peer name v2", "link add w1 type veth peer name w2"]);
        using var probes = await TestProbes.StartAsync(network, new() { OpenListener = OpenSmall });
        using (probes.Graph.Hold())
        {
            network.Ip("host", "link set v1 mtu 1401");
            network.Batch("host", Enumerable.Range(0, 300).Select(static i => $"link set v2 mtu {1000 + i}"));
            network.Batch("host", ["link del w1", "link set v1 master br0", "addr add 10.9.9.9/24 dev v1", "link add x1 type veth peer name x2"]);
        }

        var graph = await probes.UntilAsync(static graph => graph.FindLink("w1") is null && graph.FindLink("x1") is not null && graph.FindLink("v2")!.Integer("MTU") == 1299);
        Assert.Equal(["10.9.9.9/24"], graph.FindLink("v1")!.Texts("IPV4"));
        Assert.NotNull(graph.FindLayer2(graph.FindLink("br0"), graph.FindLink("v1")));
        Assert.NotNull(graph.FindPair(graph.FindLink("x1"), graph.FindLink("x2")));
        Assert.Null(graph.FindLink("w2"));
        Assert.True(probes.NetlinkState.Status.Resynchronizations > 0, "no events were lost");
        Assert.Equal("running", probes.NetlinkState.Status.Status);
    }

    [Fact]
    public async Task Overrun_RoundAfterRound_TheGraphIsWhatIpSaysAndEachIsCounted()
    {
        string[] namespaces = ["host", "ns1"];
        using var network = new TestNetwork();
        network.Add("ns1");
        network.Batch("host", ["link add br0 type bridge", "link add v1 type veth peer name v2", "link set v1 up", "link set v2 up"]);
        network.Ip("host", "link add w1 type veth peer name eth0 netns @ns1");
        network.Ip("ns1", "link set eth0 up");
        using var probes = await TestProbes.StartAsync(network, new() { OpenListener = OpenSmall });
        for (int round = 1; round <= 6; round++)
        {
            long before = probes.NetlinkState.Status.Resynchronizations;
            using (probes.Graph.Hold())
            {
                // The first event brings the reader to wait for the graph; the others are more than its socket holds.
                network.Ip("host", $"link set v1 mtu {1400 + round}");
                network.Batch("host", Enumerable.Range(0, 300).Select(i => $"link set v2 mtu {1000 + i + round}"));
                network.Batch("ns1", Enumerable.Range(0, 300).Select(i => $"link set eth0 mtu {1000 + i + round}"));
                network.Batch("host", round % 2 == 1
                    ? ["link set v1 master br0", "link set v2 down", "link add x1 type veth peer name x2", "link set br0 up", "addr add 10.9.9.9/24 dev br0"]
                    : ["link set v1 nomaster", "link set v2 up", "link del x1", "addr del 10.9.9.9/24 dev br0"]);
                network.Batch("ns1", round % 2 == 1
                    ? [$"addr add 10.0.{round}.1/24 dev eth0", $"route add 10.{round}.0.0/16 via 10.0.{round}.2", $"neigh add 10.0.{round}.9 lladdr 02:00:00:00:00:0{round} dev eth0 nud permanent"]
                    : [$"route del 10.{round - 1}.0.0/16", $"neigh del 10.0.{round - 1}.9 dev eth0", $"addr add 10.0.{round}.1/24 dev eth0"]);
            }

            await IpTruth.AssertSameAsync(network, namespaces, probes.Graph);
            Assert.True(probes.NetlinkState.Status.Resynchronizations > before, $"round {round}: no events were lost");
            Assert.Equal("running", probes.NetlinkState.Status.Status);
        }

        // Each of the two namespaces overran on its own, and was read anew on its own.
        Assert.True(probes.NetlinkState.Status.Resynchronizations >= 12, $"{probes.NetlinkState.Status.Resynchronizations} resynchronisations");
    }

    [Fact]
    public async Task Write_NobodyChangesAnything_MakesNoRevision()
    {
        using var network = new TestNetwork();
        network.Ip("host", "link add v1 type veth peer name v2");
        using var probes = await TestProbes.StartAsync(network);
        using var subscription = probes.Graph.Subscribe();

        // The kernel tells of each of these; only the last makes a difference.
        network.Batch("host", ["link set v1 txqueuelen 99", "link set v1 txqueuelen 98", "link set v1 mtu 1234"]);
        await probes.UntilAsync(static graph => graph.FindLink("v1")!.Integer("MTU") == 1234);

        Assert.True(subscription.TryRead(out var change));
        Assert.Equal(GraphEventKind.NodeUpdated, Assert.Single(change.Commit!.Events).Kind);
        Assert.False(subscription.TryRead(out _));
    }

    [Fact]
    public async Task Dispose_WhileAskedForMore_EndsAllThatWait()
    {
        using var network = new TestNetwork();
        network.Add("ns1");
        var probes = await TestProbes.StartAsync(network);
        var hold = probes.Graph.Hold();
        network.Ip("host", "link add v1 type veth peer name v2");
        var late = probes.Netlink.ChangeAsync([], [], []);
        var disposing = Task.Run(probes.Dispose, TestContext.Current.CancellationToken);
        hold.Dispose();

        await disposing.WaitAsync(Tools.Patience, TestContext.Current.CancellationToken);
        await late.ContinueWith(static _ => { }, TestContext.Current.CancellationToken).WaitAsync(Tools.Patience, TestContext.Current.CancellationToken);
        Assert.True(probes.Netlink.ChangeAsync([], [], []).IsCanceled);
        Assert.True(probes.Completion.IsCompletedSuccessfully);
    }

    private static void AssertPair(GraphSnapshot graph, string place)
    {
        Assert.Equal(place, graph.FindLink("v1")!.GetText("LinkNetNsName"));
        Assert.Equal(string.Empty, graph.FindLink("eth0", place)!.GetText("LinkNetNsName"));
        Assert.Equal(graph.FindLink("eth0", place)!.Integer("IfIndex"), graph.FindLink("v1")!.Integer("PeerIfIndex"));
        var edges = graph.GetEdges(graph.FindLink("v1")!, EdgeDirection.Both).Where(static edge => edge.RelationType == RelationTypes.Layer2);
        Assert.Single(edges);
    }

    private static RtnetlinkListener OpenSmall(NetworkNamespace networkNamespace) => new(NetlinkSocket.Open(new NetlinkSocketOptions
    {
        Namespace = networkNamespace,
        Groups = [1, 3, 5, 6, 7, 9, 10, 11, 32], // all that the probe listens to
        ReceiveBufferBytes = 16 << 10,
    }));
}
