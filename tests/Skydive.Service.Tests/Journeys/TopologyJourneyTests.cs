using System.Diagnostics;
using Skydive.Client.Streams;
using Skydive.Contracts.Topology;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

public sealed class TopologyJourneyTests
{
    private static readonly TimeSpan s_limit = TimeSpan.FromMilliseconds(100);

    [Fact]
    public async Task Interface_MadeRenamedMovedAndDeleted_IsSeenAtOnceAndInHistory()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        using var stop = new CancellationTokenSource();
        await using var events = service.Client.WatchTopologyAsync(new TopologyStreamOptions(), stop.Token).GetAsyncEnumerator(stop.Token);
        await ReadUntilAsync(events, static topologyEvent => topologyEvent.Kind == TopologyEventKind.Synchronized);

        // The first change warms what is compiled at first use; the ones after it are measured.
        await ExpectAsync(events, $"ip link add {lab.Prefix}y type bridge", node => node.Name == lab.Prefix + "y", TimeSpan.FromSeconds(5));

        string x = lab.Prefix + "x", renamed = lab.Prefix + "z";
        var made = await ExpectAsync(events, $"ip link add {x} type veth peer name {lab.Prefix}w", node => node.Name == x, s_limit);
        long afterMade = Now();
        await Task.Delay(50);
        var second = await ExpectAsync(events, $"ip link set {x} name {renamed}", node => node.Name == renamed, s_limit);
        long afterRename = Now();
        await Task.Delay(50);
        var moved = await ExpectAsync(events, $"ip link set {renamed} netns {lab.Prefix}1", node => node.Name == renamed && node.Id != made.Id, s_limit);
        long afterMove = Now();
        await Task.Delay(50);
        await ExpectAsync(events, $"ip -n {lab.Prefix}1 link del {renamed}", node => node.Id == moved.Id && node.DeletedAt is not null, s_limit);
        long afterDelete = Now();

        Assert.Equal(made.Id, second.Id);
        Assert.True(second.Revision > made.Revision);
        Assert.NotEqual(made.TID, moved.TID);

        Assert.Equal(made.Id, Assert.Single(await service.Client.NodesAsync($"G.At({afterMade}).V().Has('Name','{x}')")).Id);
        Assert.Empty(await service.Client.NodesAsync($"G.At({afterRename}).V().Has('Name','{x}')"));
        Assert.Equal(made.Id, Assert.Single(await service.Client.NodesAsync($"G.At({afterRename}).V().Has('Name','{renamed}')")).Id);
        Assert.Equal(moved.Id, Assert.Single(await service.Client.NodesAsync($"G.At({afterMove}).V().Has('Name','{lab.Prefix}1').Out('Name','{renamed}')")).Id);
        Assert.Empty(await service.Client.NodesAsync($"G.At({afterDelete}).V().Has('Name','{renamed}')"));
        var revisions = (await service.Client.NodesAsync($"G.At({afterDelete}, 60).V('{made.Id}')")).Select(static node => node.Revision).ToArray();
        Assert.Equal(revisions.Order(), revisions);
        Assert.True(revisions.Length >= 2);
        await stop.CancelAsync();
    }

    [Fact]
    public async Task Lab_Complete_HasOwnershipBridgeAndPeerEdges()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        string p = lab.Prefix;

        // No waiting: a service that says it is ready has this host in its graph.
        Assert.Single(await service.Client.NodesAsync($"G.V().Has('Name','{p}1','Type','netns').Out('Name','eth0')"));
        Assert.Single(await service.Client.NodesAsync($"G.V().Has('Name','{p}-br','Type','bridge').Out('Name','{p}1-eth0')"));
        var inner = Assert.Single(await service.Client.NodesAsync($"G.V().Has('Name','{p}1-eth0').Both('Name','eth0')"));
        Assert.Equal("10.199.8.1/24", Assert.Single(inner.Metadata["IPV4"].Elements.ToArray()).AsString);
        Assert.Equal("UP", inner.GetText("State"));
        Assert.Equal("ether", inner.GetText("EncapType"));
        Assert.Equal("veth", inner.GetText("Driver"));
        Assert.Equal("veth", inner.Type);
        var outer = Assert.Single(await service.Client.NodesAsync($"G.V().Has('Name','{p}1-eth0')"));
        Assert.Equal(p + "1", outer.GetText("LinkNetNsName"));
        Assert.Equal(string.Empty, inner.GetText("LinkNetNsName"));
    }

    [Fact]
    public async Task Fabric_OfTheConfiguration_IsJoinedToTheHostsInterfacesAlsoAfterARestart()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        var settings = new Dictionary<string, string>
        {
            ["SKYDIVE_HOST_ID"] = "lab",
            ["SKYDIVE_ANALYZER_TOPOLOGY_FABRIC"] = $"TOR[Name=tor]->PORT1[Name=port1,MTU=9000] PORT1-->*[Type=host,Name=lab]/{lab.Prefix}1-eth0 PORT1-->*[Type=host]/{lab.Prefix}x",
        };
        for (int run = 0; run < 2; run++)
        {
            await using var service = await TestService.StartAsync("allinone", data.Path, settings);
            await Wait.UntilAsync(
                async () => (await service.Client.NodesAsync("G.V().Has('Name','tor','Probe','fabric').Out('Name','port1').Out('Type','veth').Dedup()")).Count == 1, TimeSpan.FromSeconds(10));

            Shell.Run($"ip link add {lab.Prefix}x type bridge");
            await Wait.UntilAsync(async () => (await service.Client.NodesAsync($"G.V().Has('MTU','9000').Out('Name','{lab.Prefix}x')")).Count == 1, TimeSpan.FromSeconds(10));
            Shell.Run($"ip link del {lab.Prefix}x");
            await Wait.UntilAsync(async () => (await service.Client.NodesAsync("G.V().Has('Name','port1').Out()")).Count == 1, TimeSpan.FromSeconds(10));
            Assert.Single(await service.Client.NodesAsync("G.V().Has('Name','tor')"));
            var status = await service.Client.GetStatusAsync(TestContext.Current.CancellationToken);
            Assert.Equal(("running", "running"), (status.Probes["fabric"].Status, status.Probes["peering"].Status));
            Assert.Equal(0, await service.StopAsync());
        }
    }

    [Fact]
    public async Task Metadata_OfTheConfiguration_FindsTheHost()
    {
        using var data = new TemporaryDirectory();
        const string Metadata = "{mydict: {value: 123}, myarrays: {integers: [1, 2, 3], bools: [true], strings: [dog, cat, frog]}}";
        await using var service = await TestService.StartAsync("allinone", data.Path, new Dictionary<string, string>
        {
            ["SKYDIVE_AGENT_METADATA"] = Metadata,
            ["SKYDIVE_HOST_ID"] = "lab",
        });

        foreach (string condition in new[] { "'mydict.value', 123", "'myarrays.integers', 1", "'myarrays.strings', 'cat'", "'myarrays.bools', true" })
        {
            var host = Assert.Single(await service.Client.NodesAsync($"G.V().Has({condition})"));
            Assert.Equal(("host", "lab"), (host.Type, host.Name));
        }

        Assert.Empty(await service.Client.NodesAsync("G.V().Has('mydict.value', 124)"));
    }

    [Fact]
    public async Task Namespace_MadeAndRemoved_ComesAndGoesWithItsContent()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        string name = lab.Prefix + "n";
        try
        {
            Shell.Run($"ip netns add {name}");
            await Wait.UntilAsync(async () => (await service.Client.NodesAsync($"G.V().Has('Name','{name}').Out('Name','lo')")).Count == 1, TimeSpan.FromSeconds(5));
            Shell.Run($"ip -n {name} link add {lab.Prefix}v type bridge");
            await Wait.UntilAsync(async () => (await service.Client.NodesAsync($"G.V().Has('Name','{name}').Out('Type','bridge')")).Count == 1, TimeSpan.FromSeconds(5));
        }
        finally
        {
            Shell.Run($"ip netns del {name}");
        }

        await Wait.UntilAsync(
            async () => (await service.Client.NodesAsync($"G.V().Has('Name', Within('{name}','{lab.Prefix}v'))")).Count == 0, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Service_WithoutPrivileges_ShowsItsOwnNamespaceAndSaysWhatItLacks()
    {
        Needs.Root();
        if (Shell.TryRun($"setpriv --reuid=65534 --regid=65534 --clear-groups test -r {TestService.Program}").Code != 0)
        {
            Assert.Skip("needs setpriv, and a build that other users may read");
        }

        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        Shell.Run($"chmod 777 {data.Path}");
        await using var service = await TestService.StartAsync("allinone", data.Path, asNobody: true);

        Assert.Single(await service.Client.NodesAsync("G.V().Has('Type','host').Out('Name','lo')"));
        Assert.Single(await service.Client.NodesAsync($"G.V().Has('Name','{lab.Prefix}1-eth0')"));
        Assert.Empty(await service.Client.NodesAsync($"G.V().Has('Name','{lab.Prefix}1').Out('Name','eth0')"));
        var probes = (await service.Client.GetStatusAsync(CancellationToken.None)).Probes;
        Assert.Contains(probes.Values, static probe => probe.Status == "degraded" && probe.Message!.Length > 0);

        var capture = await service.Client.CreateCaptureAsync(new() { GremlinQuery = lab.OuterVeths }, null, CancellationToken.None);
        await Wait.UntilAsync(
            async () => (await service.Client.NodesAsync($"{lab.OuterVeths}.Has('Captures.State','error')")).Count == 2, TimeSpan.FromSeconds(5), () => service.Log);
        Assert.Equal(0, (await service.Client.GetCaptureAsync(capture.UUID, CancellationToken.None)).Count);
    }

    private static long Now() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private static async Task<Node> ExpectAsync(IAsyncEnumerator<TopologyEvent> events, string command, Func<Node, bool> condition, TimeSpan limit)
    {
        Shell.Run(command);
        var watch = Stopwatch.StartNew();
        var topologyEvent = await ReadUntilAsync(events, candidate => candidate.Node is { } node && condition(node));
        Assert.True(watch.Elapsed < limit, $"'{command}' was seen after {watch.Elapsed.TotalMilliseconds:F0} ms");
        return topologyEvent.Node!;
    }

    private static async Task<TopologyEvent> ReadUntilAsync(IAsyncEnumerator<TopologyEvent> events, Func<TopologyEvent, bool> condition)
    {
        while (await events.MoveNextAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(10)))
        {
            if (condition(events.Current))
            {
                return events.Current;
            }
        }

        throw new InvalidOperationException("the stream ended");
    }
}
