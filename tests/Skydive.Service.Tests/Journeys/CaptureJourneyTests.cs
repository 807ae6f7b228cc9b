using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

public sealed class CaptureJourneyTests
{
    [Fact]
    public async Task Capture_FivePingsAcrossABridge_OneFlowAtEachVethWithOneTrackingId()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        await service.Client.CaptureAsync(lab.OuterVeths, "icmp", 2);
        lab.Ping(5);

        string query = $"{lab.OuterVeths}.Flows().Has('Application','ICMPv4')";
        await Wait.UntilAsync(
            async () => (await service.Client.FlowsAsync(query)) is { Count: 2 } seen && seen.All(static flow => flow.Metric!.BAPackets == 5), TimeSpan.FromSeconds(5));
        var flows = await service.Client.FlowsAsync(query);

        Assert.All(flows, static flow =>
        {
            Assert.Equal("Ethernet/IPv4/ICMPv4", flow.LayersPath);
            Assert.Equal((5, 5), (flow.Metric!.ABPackets, flow.Metric.BAPackets));
            Assert.Equal((490, 490), (flow.Metric.ABBytes, flow.Metric.BABytes));
            Assert.True(flow.Metric.RTT > 0);
        });
        Assert.Single(flows.Select(static flow => flow.TrackingID).Distinct());
        Assert.Equal(2, flows.Select(static flow => flow.UUID).Distinct().Count());
        var nodes = await service.Client.NodesAsync(lab.OuterVeths);
        Assert.Equal(nodes.Select(static node => node.TID).Order(), flows.Select(static flow => (string?)flow.NodeTID).Order());
        Assert.Equal(2, (await service.Client.NodesAsync($"{query}.CaptureNode()")).Count);
    }

    [Fact]
    public async Task Capture_InterfaceAppearsLater_IsCapturedToo()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        var capture = await service.Client.CaptureAsync($"G.V().Has('Name', Regex('{lab.Prefix}[xy]'))", null, 0);

        Shell.Run($"ip link add {lab.Prefix}x type veth peer name {lab.Prefix}y && ip link set {lab.Prefix}x up && ip link set {lab.Prefix}y up");
        await service.Client.WaitForCaptureAsync(capture.UUID, 2);

        var node = Assert.Single(await service.Client.NodesAsync($"G.V().Has('Name','{lab.Prefix}x')"));
        var state = Assert.Single(node.Metadata["Captures"].Elements.ToArray()).AsMap!;
        Assert.Equal(capture.UUID, state["ID"].AsString);
        Assert.Equal("afpacket", state["Type"].AsString);

        await service.Client.DeleteCaptureAsync(capture.UUID, CancellationToken.None);
        await Wait.UntilAsync(async () => (await service.Client.NodesAsync("G.V().HasKey('Captures')")).Count == 0, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Capture_InterfaceDown_SaysSoAndStartsWhenUp()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        Shell.Run($"ip link set {lab.Prefix}1-eth0 down");
        var capture = await service.Client.CaptureAsync(lab.OuterVeths, "icmp", 1);
        string down = $"G.V().Has('Name','{lab.Prefix}1-eth0')";
        await Wait.UntilAsync(
            async () => (await service.Client.NodesAsync($"{down}.Has('Captures.State','error')")).Count == 1, TimeSpan.FromSeconds(5));

        Shell.Run($"ip link set {lab.Prefix}1-eth0 up");
        await service.Client.WaitForCaptureAsync(capture.UUID, 2);
        lab.Ping(2);
        await Wait.UntilAsync(async () => (await service.Client.FlowsAsync($"{down}.Flows()")).Count == 1, TimeSpan.FromSeconds(5));
    }

    /// <summary>A capture on a path through a bridge, and what can be asked of its flows.</summary>
    [Fact]
    public async Task Capture_OnAPath_FlowsAnswerQuestionsOfEveryKind()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        string path = $"G.V().Has('Name','{lab.Prefix}1-eth0').ShortestPathTo(Metadata('Name','{lab.Prefix}2-eth0'), Metadata('RelationType','layer2'))";
        await service.Client.CaptureAsync(path, "icmp", 3);
        lab.Ping(1);
        Shell.Run($"ip netns exec {lab.Prefix}2 ping -q -c 3 -i 0.05 -s 1024 10.199.8.1");
        await Wait.UntilAsync(async () => (await service.Client.FlowsAsync("G.Flows().Has('Metric.BAPackets', GT(0))")) is { Count: 6 } seen && seen.Sum(static flow => flow.Metric!.BAPackets) == 12, TimeSpan.FromSeconds(5));

        // The path, its ends, where it was seen.
        Assert.Equal("2", await TextAsync($"{path}.Flows().Dedup().Count()"));
        string large = "Has('Metric.ABPackets', 3).Has('Network.A','10.199.8.2')";
        var flow = (await service.Client.FlowsAsync($"G.Flows().{large}"))[0];
        foreach (var (step, address) in new[] { ("In", "10.199.8.2/24"), ("Out", "10.199.8.1/24") })
        {
            var end = Assert.Single(await service.Client.NodesAsync($"G.Flows().{large}.{step}().Dedup()"));
            Assert.Equal(("eth0", address), (end.Name, end.Metadata["IPV4"].Elements[0].AsString));
        }

        Assert.Equal(3, (await service.Client.NodesAsync($"G.Flows('TrackingID','{flow.TrackingID}').Hops().Dedup()")).Count);
        Assert.Equal(5, (await service.Client.NodesAsync($"G.Flows('TrackingID','{flow.TrackingID}').Nodes().Dedup()")).Count);
        Assert.Equal(3, (await service.Client.NodesAsync($"G.Flows('TrackingID','{flow.TrackingID}').CaptureNode().Dedup()")).Count);

        // Short and long forms, ranges, sums, order.
        Assert.Equal(await TextAsync("G.Flows().Has('Application','ICMPv4').Count()"), await TextAsync("G.Flows('Application','ICMPv4').Count()"));
        Assert.Equal("6", await TextAsync("G.Flows().Has('Network', IPV4Range('10.199.8.0/24')).Count()"));
        Assert.Equal("0", await TextAsync("G.Flows().Has('Network', IPV4Range('10.199.9.0/24')).Count()"));
        Assert.Equal("4", await TextAsync("G.Flows().Dedup().Sum('Metric.ABPackets')"));
        var sorted = await service.Client.FlowsAsync("G.Flows().Sort(DESC,'Start')");
        Assert.Equal(sorted.Select(static flow => flow.Start).OrderDescending(), sorted.Select(static flow => flow.Start));

        // Counters and comparisons.
        long bytes = flow.Metric!.ABBytes;
        Assert.Equal(3 * 1066, bytes);
        foreach (var (predicate, holds) in new[]
        {
            ($"GT({bytes - 1})", true), ($"GT({bytes})", false), ($"GTE({bytes})", true), ($"GTE({bytes + 1})", false), ($"LT({bytes + 1})", true), ($"LT({bytes})", false),
            ($"LTE({bytes})", true), ($"LTE({bytes - 1})", false), ($"Inside({bytes - 1},{bytes + 1})", true), ($"Inside({bytes},{bytes + 1})", false),
            ($"Between({bytes},{bytes + 1})", true), ($"Between({bytes},{bytes})", false),
        })
        {
            Assert.Equal((predicate, holds ? "3" : "0"), (predicate, await TextAsync($"G.Flows('TrackingID','{flow.TrackingID}').Has('Metric.ABBytes', {predicate}).Count()")));
        }

        Assert.Equal("6", await TextAsync("G.Flows().Has('Metric.RTT', GT(0)).Count()"));

        async Task<string> TextAsync(string gremlin) => (await service.Client.QueryTextAsync(gremlin, "application/json", CancellationToken.None)).Trim();
    }

    /// <summary>One capture sends what it sees to another's collector at the host's loopback interface.</summary>
    [Theory]
    [InlineData("sflow", "sflow", 0)]
    [InlineData("netflow", "ipfix", 1)]
    [InlineData("netflow", "netflowv5", 2)]
    public async Task Collector_OfWhatACaptureSends_HasItsFlowsAndCounters(string type, string target, int offset)
    {
        Needs.Root();
        int port = 20_000 + (Environment.ProcessId % 10_000 * 3) + offset;
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path, new Dictionary<string, string> { ["SKYDIVE_FLOW_UPDATE"] = "1" });
        var there = await service.Client.CreateCaptureAsync(
            new() { GremlinQuery = "G.V().Has('Type','host').Out('Name','lo')", Type = type, Port = port }, null, CancellationToken.None);
        await service.Client.WaitForCaptureAsync(there.UUID, 1);
        var lo = Assert.Single(await service.Client.NodesAsync("G.V().Has('Type','host').Out('Name','lo')"));
        string socket = type == "sflow" ? "SFlowSocket" : "NetFlowSocket";
        Assert.Contains(lo.Metadata["Captures"].Elements.ToArray(), entry => entry.AsMap![socket].AsString == $"127.0.0.1:{port}");
        var here = await service.Client.CreateCaptureAsync(
            new()
            {
                GremlinQuery = $"G.V().Has('Name','{lab.Prefix}1-eth0')", BPFFilter = "icmp", Target = $"127.0.0.1:{port}", TargetType = target, SamplingRate = 1, PollingInterval = 1,
            },
            null,
            CancellationToken.None);
        await service.Client.WaitForCaptureAsync(here.UUID, 1);
        lab.Ping(5);

        await Wait.UntilAsync(
            async () => (await service.Client.FlowsAsync("G.Flows()")) is { Count: 1 } flows && flows[0].CaptureID == there.UUID && flows[0].Metric is { ABPackets: 5, BAPackets: 5 },
            TimeSpan.FromSeconds(15));
        Assert.Equal("ECHO", Assert.Single(await service.Client.FlowsAsync($"G.Flows('NodeTID','{lo.TID}')")).ICMP!.Type);
        await Wait.UntilAsync(
            async () => (await service.Client.GetCaptureAsync(there.UUID, CancellationToken.None)).Statistics is { DatagramsReceived: > 0, DatagramsInvalid: 0, DatagramsLost: 0, SetsWithoutTemplate: 0, PacketsReceived: >= 2 }
                && (await service.Client.GetCaptureAsync(here.UUID, CancellationToken.None)).Statistics is { DatagramsSent: > 0, FlowsDropped: 0, PacketsReceived: 10 },
            TimeSpan.FromSeconds(10));
        if (type == "sflow")
        {
            await Wait.UntilAsync(
                async () => (await service.Client.QueryTextAsync("G.V().Has('Name','lo').Metrics('SFlow')", "application/json", CancellationToken.None)).Contains("IfOutOctets", StringComparison.Ordinal),
                TimeSpan.FromSeconds(10));
        }

        // Nothing is left of them.
        await service.Client.DeleteCaptureAsync(here.UUID, CancellationToken.None);
        await service.Client.DeleteCaptureAsync(there.UUID, CancellationToken.None);
        await Wait.UntilAsync(async () => (await service.Client.NodesAsync("G.V().HasKey('Captures')")).Count == 0 && (await service.Client.NodesAsync("G.V().HasKey('SFlow')")).Count == 0, TimeSpan.FromSeconds(10));
    }

    [Fact]
    public async Task Capture_TimeToLiveIsOver_Ends()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        var capture = await service.Client.CreateCaptureAsync(
            new() { GremlinQuery = lab.OuterVeths }, TimeSpan.FromSeconds(2), CancellationToken.None);
        await service.Client.WaitForCaptureAsync(capture.UUID, 2);

        await Wait.UntilAsync(async () => (await service.Client.ListCapturesAsync(CancellationToken.None)).Count == 0, TimeSpan.FromSeconds(10));
        await Wait.UntilAsync(async () => (await service.Client.NodesAsync("G.V().HasKey('Captures')")).Count == 0, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Flows_OfThePast_AreFoundInTheStoreAfterARestart()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        long during;
        await using (var service = await TestService.StartAsync("allinone", data.Path))
        {
            await service.Client.CaptureAsync(lab.OuterVeths, "icmp", 2);
            lab.Ping(3);
            during = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

            // An orderly end sends the flows that the tables still hold.
            Assert.Equal(0, await service.StopAsync());
        }

        await using var again = await TestService.StartAsync("allinone", data.Path);
        var flows = await again.Client.FlowsAsync($"G.At({during}, 60).Flows().Has('Application','ICMPv4')");
        Assert.Equal(2, flows.Count);
        Assert.All(flows, static flow => Assert.Equal(3, flow.Metric!.ABPackets));
    }
}
