using System.Globalization;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Captures;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Agent.Tests.Captures;

/// <summary>Captures on veth pairs of a network of the test's own.</summary>
public sealed class CaptureDirectoryTests : IAsyncLifetime
{
    private readonly FlowCollector _flows = new();
    private TestNetwork _network = null!;
    private TestProbes _probes = null!;
    private CaptureDirectory _captures = null!;

    public async ValueTask InitializeAsync()
    {
        _network = new();
        _network.Add("ns1");
        _network.Ip("host", "link add v1 address 02:00:00:00:01:01 type veth peer name eth0 address 02:00:00:00:00:01 netns @ns1");
        _network.Batch("host", ["link set v1 up", "addr add 10.77.0.2/24 dev v1"]);
        _network.Batch("ns1", ["link set eth0 up", "addr add 10.77.0.1/24 dev eth0"]);
        _probes = await TestProbes.StartAsync(_network);
        await _probes.UntilAsync(static graph => graph.FindLink("v1")!.GetText("State") == "UP");
        _captures = Make(TimeSpan.FromSeconds(60));
    }

    public async ValueTask DisposeAsync()
    {
        if (_captures is not null)
        {
            await _captures.DisposeAsync();
        }

        _probes?.Dispose();
        _network?.Dispose();
    }

    [Fact]
    public async Task Start_PacketsPass_CountsThemInTransientCommitsAndFindsTheFlows()
    {
        var node = _probes.Find("v1")!;
        using var subscription = _probes.Graph.Subscribe();
        await StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", Name = "a name", Description = "for people", BPFFilter = "icmp" });
        Assert.True(subscription.TryRead(out var started));
        Assert.False(started.Commit!.IsTransient);
        Assert.Equal(
            MetadataMap.Create(
                ("ID", "c1"), ("State", "active"), ("Type", "afpacket"), ("Name", "a name"), ("Description", "for people"), ("BPFFilter", "icmp"), ("PacketsReceived", 0), ("PacketsDropped", 0)),
            Entry(node.Id, "c1"));

        Ping(3);

        await UntilCountedAsync(node.Id, "c1", 6);
        while (subscription.TryRead(out var change))
        {
            // That pings find a neighbour is history.
            if (change.Commit!.Events.Any(graphEvent => graphEvent.Element.Id == node.Id && graphEvent.Element.Metadata["Captures"] != graphEvent.Previous!.Metadata["Captures"]))
            {
                Assert.True(change.Commit.IsTransient, "counters that tick made history");
            }
        }

        var flow = Assert.Single(await UntilFoundAsync(6));
        Assert.Equal("ICMPv4", flow.Application);
        Assert.Equal(3, flow.Metric!.ABPackets);
        Assert.Equal(3, flow.Metric.BAPackets);
        Assert.Equal(node.TID, flow.NodeTID);
        Assert.Equal("c1", flow.CaptureID);
        Assert.Empty(await _captures.SearchFlowsAsync(new() { NodeTIDs = ["other"] }, TestContext.Current.CancellationToken));
        Assert.Empty(await _captures.SearchFlowsAsync(new() { Limit = 1, Skip = 1 }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Start_TwoCapturesAtTwoNodes_SearchFindsOverAll()
    {
        var outer = _probes.Find("v1")!;
        var inner = _probes.Find("eth0", "ns1")!;
        await StartAsync(outer, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "icmp" });
        await StartAsync(outer, new Capture { UUID = "c2", GremlinQuery = "G.V()", BPFFilter = "icmp" });
        await StartAsync(inner, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "icmp" });
        Assert.Equal(2, _probes.Graph.Current.FindNode(outer.Id)!.Metadata["Captures"].Elements.Length);
        Ping(2);
        await UntilCountedAsync(outer.Id, "c1", 4);
        await UntilCountedAsync(outer.Id, "c2", 4);
        await UntilCountedAsync(inner.Id, "c1", 4);

        var all = await UntilFoundAsync(12);
        Assert.Equal(3, all.Count);
        Assert.Single(all.Select(static flow => flow.TrackingID).Distinct());
        Assert.Single(await _captures.SearchFlowsAsync(new() { DeduplicateBy = "TrackingID" }, TestContext.Current.CancellationToken));
        Assert.Equal(2, (await _captures.SearchFlowsAsync(new() { NodeTIDs = [outer.TID!] }, TestContext.Current.CancellationToken)).Count);
        Assert.Equal(2, (await _captures.SearchFlowsAsync(new() { Limit = 2 }, TestContext.Current.CancellationToken)).Count);
    }

    [Fact]
    public async Task Start_SeveralRings_SharePacketsByFlow()
    {
        await _captures.DisposeAsync();
        _captures = Make(TimeSpan.FromSeconds(60), rings: 3);
        var node = _probes.Find("v1")!;
        await StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "icmp" });
        Assert.Contains("capture v1 2", Tools.ThreadNames);
        for (int i = 0; i < 12; i++)
        {
            Ping(2);
        }

        await UntilCountedAsync(node.Id, "c1", 48);
        var flows = await UntilFoundAsync(48);
        Assert.Equal(12, flows.Count);
        Assert.All(flows, static flow => Assert.Equal((2, 2), (flow.Metric!.ABPackets, flow.Metric.BAPackets)));
    }

    [Fact]
    public async Task Start_Twice_RunsOnce()
    {
        var node = _probes.Find("v1")!;
        var capture = new Capture { UUID = "c1", GremlinQuery = "G.V()" };
        await StartAsync(node, capture);
        int sockets = Tools.KernelDescriptorCount;

        await StartAsync(node, capture);

        await Tools.WaitForDescriptorsAsync(sockets);
        Assert.Equal(1, _probes.Graph.Current.FindNode(node.Id)!.Metadata["Captures"].Elements.Length);
    }

    [Fact]
    public async Task Start_UnknownNode_IsRefused()
    {
        var e = await Assert.ThrowsAsync<AgentRequestException>(() => _captures.StartCaptureAsync("nope", new() { GremlinQuery = "G.V()", UUID = "c1" }, TestContext.Current.CancellationToken));
        Assert.Equal(404, e.Status);

        e = await Assert.ThrowsAsync<AgentRequestException>(
            () => _captures.StartCaptureAsync(_probes.Graph.Current.FindNamespace("ns1")!.Id, new() { GremlinQuery = "G.V()", UUID = "c1" }, TestContext.Current.CancellationToken));
        Assert.Equal(400, e.Status);
    }

    [Fact]
    public async Task Start_InvalidFilter_IsAnErrorStateWithoutDescriptors()
    {
        Tools.RequirePcap();
        var node = _probes.Find("v1")!;
        int sockets = Tools.KernelDescriptorCount;

        await StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "no such thing" });

        var entry = Entry(node.Id, "c1");
        Assert.Equal("error", entry["State"].AsString);
        Assert.NotEmpty(entry["Error"].AsString!);
        await Tools.WaitForDescriptorsAsync(sockets);
        Assert.Empty(await _captures.SearchFlowsAsync(new(), TestContext.Current.CancellationToken));

        await StopAsync(node, "c1");
        Assert.False(_probes.Graph.Current.FindNode(node.Id)!.Metadata.ContainsKey("Captures"));
    }

    [Fact]
    public async Task Stop_GivesBackRingAndThreadAndSendsTheFlows()
    {
        var node = _probes.Find("v1")!;
        int sockets = Tools.KernelDescriptorCount;
        await StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "icmp" });
        Assert.True(Tools.KernelDescriptorCount > sockets);
        Assert.Contains("capture v1", Tools.ThreadNames);
        Ping(1);
        await UntilCountedAsync(node.Id, "c1", 2);

        await StopAsync(node, "c1");

        await Tools.WaitForDescriptorsAsync(sockets);
        await WaitForThreadAsync("capture v1", isThere: false);
        Assert.False(_probes.Graph.Current.FindNode(node.Id)!.Metadata.ContainsKey("Captures"));
        var flow = await _flows.NextAsync(static flow => flow.Application == "ICMPv4");
        Assert.Equal(2, flow.Metric!.ABPackets + flow.Metric.BAPackets);

        await StopAsync(node, "c1");
    }

    [Fact]
    public async Task StartAndStop_ManyAtOnce_LeaveNothing()
    {
        var node = _probes.Find("v1")!;
        int sockets = Tools.KernelDescriptorCount;
        var random = new Random(7);
        var orders = Enumerable.Range(0, 60).Select(i => (Id: $"c{i % 6}", Start: random.Next(2) == 0)).ToArray();

        await Parallel.ForEachAsync(orders, TestContext.Current.CancellationToken, async (order, token) => await (order.Start
            ? _captures.StartCaptureAsync(node.Id, new Capture { GremlinQuery = "G.V()", UUID = order.Id }, token)
            : _captures.StopCaptureAsync(node.Id, order.Id, token)));
        int running = _probes.Graph.Current.FindNode(node.Id)!.Metadata["Captures"].Elements.Length;
        await Tools.WaitAsync(() => Tools.ThreadNames.Count(static name => name == "capture v1") == running);

        await Parallel.ForEachAsync(Enumerable.Range(0, 6), TestContext.Current.CancellationToken, async (i, token) => await _captures.StopCaptureAsync(node.Id, $"c{i}", token));
        Assert.False(_probes.Graph.Current.FindNode(node.Id)!.Metadata.ContainsKey("Captures"));
        await Tools.WaitForDescriptorsAsync(sockets);
    }

    [Fact]
    public async Task Update_IntervalPasses_SendsTheFlowsThatChanged()
    {
        await _captures.DisposeAsync();
        _captures = Make(TimeSpan.FromMilliseconds(100));
        var node = _probes.Find("v1")!;
        await StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "icmp" });

        Ping(1);

        var flow = await _flows.NextAsync(static flow => flow.Application == "ICMPv4");
        Assert.Equal(node.TID, flow.NodeTID);
        Assert.NotNull(flow.LastUpdateMetric);
    }

    [Fact]
    public async Task Update_NobodyTakesTheFlows_CountsThemAtTheNode()
    {
        await _captures.DisposeAsync();
        _captures = Make(TimeSpan.FromMilliseconds(100));
        _flows.Refuses = true;
        var node = _probes.Find("v1")!;
        await StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "icmp" });

        Ping(1);

        await UntilAsync(node.Id, "c1", static entry => entry["FlowsDropped"].TryGetInteger(out long dropped) && dropped > 0);
    }

    [Fact]
    public async Task Node_Renamed_TheCaptureGoesOnUnderTheNewTid()
    {
        var node = _probes.Find("v1")!;
        await StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "icmp" });
        _network.Batch("host", ["link set v1 down", "link set v1 name wan", "link set wan up"]);
        var renamed = (await _probes.UntilAsync(static graph => graph.FindLink("wan")?.GetText("State") == "UP")).FindLink("wan")!;
        Assert.Equal(node.Id, renamed.Id);
        await WaitForThreadAsync("capture wan");

        Ping(1);

        await UntilCountedAsync(node.Id, "c1", 2);
        Assert.Equal(renamed.TID, Assert.Single(await UntilFoundAsync(2)).NodeTID);
        await Tools.WaitAsync(static () => Tools.ThreadNames.Count(static name => name.StartsWith("capture ", StringComparison.Ordinal)) == 1);
    }

    [Fact]
    public async Task Interface_DownAndUp_IsAnErrorMeanwhile()
    {
        var node = _probes.Find("v1")!;
        await StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "icmp" });

        _network.Ip("host", "link set v1 down");
        await UntilAsync(node.Id, "c1", static entry => entry["State"].AsString == "error" && entry.ContainsKey("Error"));

        _network.Ip("host", "link set v1 up");
        await UntilAsync(node.Id, "c1", static entry => entry["State"].AsString == "active" && !entry.ContainsKey("Error"));
        await _probes.UntilAsync(static graph => graph.FindLink("v1")!.GetText("State") == "UP");
        Ping(1);
        await UntilCountedAsync(node.Id, "c1", 2);
    }

    [Fact]
    public async Task Interface_DownAtFirst_TakesPacketsOnceItIsUp()
    {
        _network.Ip("host", "link set v1 down");
        var node = (await _probes.UntilAsync(static graph => !graph.FindLink("v1")!.Texts("LinkFlags").Contains("UP"))).FindLink("v1")!;
        await StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "icmp" });
        Assert.Equal("error", Entry(node.Id, "c1")["State"].AsString);

        _network.Ip("host", "link set v1 up");

        await UntilAsync(node.Id, "c1", static entry => entry["State"].AsString == "active");
        await _probes.UntilAsync(static graph => graph.FindLink("v1")!.GetText("State") == "UP");
        Ping(1);
        await UntilCountedAsync(node.Id, "c1", 2);
    }

    [Fact]
    public async Task Interface_Removed_EndsTheCapture()
    {
        var node = _probes.Find("v1")!;
        int sockets = Tools.KernelDescriptorCount;
        await StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()", BPFFilter = "icmp" });
        Ping(1);
        await UntilCountedAsync(node.Id, "c1", 2);

        _network.Ip("host", "link del v1");

        await _flows.NextAsync(static flow => flow.Application == "ICMPv4");
        await WaitForThreadAsync("capture v1", isThere: false);
        await Tools.WaitForDescriptorsAsync(sockets);
        Assert.Empty(await _captures.SearchFlowsAsync(new(), TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Dispose_WithCaptures_EndsThemAllAndStartsNoMore()
    {
        var node = _probes.Find("v1")!;
        int sockets = Tools.KernelDescriptorCount;
        await StartAsync(node, new Capture { UUID = "c1", GremlinQuery = "G.V()" });
        await StartAsync(node, new Capture { UUID = "c2", GremlinQuery = "G.V()" });

        await _captures.DisposeAsync();
        await _captures.DisposeAsync();

        await Tools.WaitForDescriptorsAsync(sockets);
        await WaitForThreadAsync("capture v1", isThere: false);
        Assert.True(_captures.Completion.IsCompletedSuccessfully);
        var e = await Assert.ThrowsAsync<AgentRequestException>(() => StartAsync(node, new Capture { UUID = "c3", GremlinQuery = "G.V()" }));
        Assert.Equal(503, e.Status);
    }

    [Fact]
    public async Task Search_Cancelled_Ends()
    {
        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => _captures.SearchFlowsAsync(new FlowSearch(), cancelled.Token));
    }

    private CaptureDirectory Make(TimeSpan flowUpdate, int rings = 1)
    {
        var captures = new CaptureDirectory(
            _probes.Graph,
            new AgentOptions { Host = "lab", CaptureStatsUpdate = TimeSpan.FromMilliseconds(50), FlowUpdate = flowUpdate, RingsPerCapture = rings },
            _flows,
            NullLogger.Instance,
            _probes.Netlink.FindLink);
        captures.Start();
        return captures;
    }

    private Task StartAsync(Node node, Capture capture) => _captures.StartCaptureAsync(node.Id, capture, TestContext.Current.CancellationToken);

    private Task StopAsync(Node node, string id) => _captures.StopCaptureAsync(node.Id, id, TestContext.Current.CancellationToken);

    private void Ping(int count) => _network.Execute("ns1", string.Create(CultureInfo.InvariantCulture, $"ping -q -c {count} -i 0.02 -W 2 10.77.0.2"));

    private MetadataMap Entry(string nodeId, string captureId) => Find(_probes.Graph.Current, nodeId, captureId)!;

    private static MetadataMap? Find(GraphSnapshot graph, string nodeId, string captureId) =>
        graph.FindNode(nodeId)?.Metadata["Captures"].Elements.ToArray().Select(static entry => entry.AsMap!).SingleOrDefault(entry => entry["ID"].AsString == captureId);

    private Task UntilAsync(string nodeId, string captureId, Func<MetadataMap, bool> condition, [CallerArgumentExpression(nameof(condition))] string? text = null) =>
        _probes.Graph.UntilAsync(graph => Find(graph, nodeId, captureId) is { } entry && condition(entry), text);

    private Task UntilCountedAsync(string nodeId, string captureId, long packets) =>
        UntilAsync(nodeId, captureId, entry => entry["PacketsReceived"].TryGetInteger(out long received) && received >= packets, $"{packets} packets");

    /// <summary>The flows, once they have that many packets together: counters of the ring run ahead of the table.</summary>
    private async Task<IReadOnlyList<Flow>> UntilFoundAsync(long packets)
    {
        IReadOnlyList<Flow> flows = [];
        await Tools.WaitAsync(() =>
        {
            flows = _captures.SearchFlowsAsync(new(), TestContext.Current.CancellationToken).Result;
            return flows.Sum(static flow => flow.Metric!.ABPackets + flow.Metric.BAPackets) >= packets;
        });
        return flows;
    }

    private static Task WaitForThreadAsync(string name, bool isThere = true) => Tools.WaitAsync(() => Tools.ThreadNames.Contains(name) == isThere);
}
