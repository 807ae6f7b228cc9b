using System.Diagnostics;
using Skydive.Client;
using Skydive.Client.Errors;
using Skydive.Contracts.PingMeshes;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>Interfaces of a lab that ping one another: measured live, kept as history, over restarts and from another host.</summary>
public sealed class PingMeshJourneyTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Mesh_IsMeasuredKeptAndRemoved()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        string id;
        var began = DateTimeOffset.UtcNow;
        await using (var service = await TestService.StartAsync("allinone", data.Path))
        {
            await ReadyAsync(service.Client, lab);
            var created = await service.Client.CreatePingMeshAsync(new() { Src = Ends(lab), Interval = 50, SamplePeriod = 1000, Timeout = 500 }, null, Token);
            id = created.UUID;
            Assert.Equal(["10.199.8.1>10.199.8.2", "10.199.8.2>10.199.8.1"], created.Pairs!.Select(static pair => $"{pair.SrcIP}>{pair.DstIP}").Order());
            await UntilAsync(service.Client, id, static mesh => mesh.UpCount == 2 && mesh.Pairs!.All(static pair => pair.Statistics.Received > 20));

            // The other end stops answering, and answers again.
            Shell.Run($"ip netns exec {lab.Prefix}2 sysctl -qw net.ipv4.icmp_echo_ignore_all=1");
            await UntilAsync(service.Client, id, static mesh => mesh.Pairs!.Single(static pair => pair.DstIP == "10.199.8.2") is { State: PingPairStates.Down, Statistics.Lost: > 5 });
            Shell.Run($"ip netns exec {lab.Prefix}2 sysctl -qw net.ipv4.icmp_echo_ignore_all=0");
            await UntilAsync(service.Client, id, static mesh => mesh.UpCount == 2);

            await UntilAsync(() => service.Client.GetPingSamplesAsync(id, began, null, Token), static samples => samples.Count >= 6 && samples.Any(static sample => sample.Statistics.Lost > 0));
            Assert.NotEmpty(await service.Client.NodesAsync("G.V().HasKey('PingMeshes')"));
            await service.KillAsync();
        }

        // A standing order: it goes on after a crash, and what was before is known.
        await using (var service = await TestService.StartAsync("allinone", data.Path))
        {
            await UntilAsync(service.Client, id, static mesh => mesh.UpCount == 2);
            var past = await service.Client.GetPingMeshAsync(id, began, null, Token);
            Assert.Equal(2, past.Pairs!.Count);
            Assert.True(past.Statistics!.Lost > 0);
            Assert.InRange(past.Statistics.RTTAvg, past.Statistics.RTTMin, past.Statistics.RTTMax);

            long stop = Stopwatch.GetTimestamp();
            await service.Client.DeletePingMeshAsync(id, Token);
            Assert.Empty(await service.Client.NodesAsync("G.V().HasKey('PingMeshes')"));
            Assert.InRange(Stopwatch.GetElapsedTime(stop), TimeSpan.Zero, TimeSpan.FromSeconds(2));
            Assert.Empty(await service.Client.ListPingMeshesAsync(Token));
            var e = await Assert.ThrowsAsync<SkydiveApiException>(() => service.Client.GetPingMeshAsync(id, Token));
            Assert.Equal((404, "PingMeshNotFound"), (e.Status, e.Code));
        }
    }

    [Fact]
    public async Task Mesh_AtAnAgentOfItsOwn_WorksAsInOne()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var analyzer = await TestService.StartAsync("analyzer", data.Path);
        var settings = new Dictionary<string, string> { ["SKYDIVE_ANALYZERS"] = analyzer.Address.Authority, ["SKYDIVE_HOST_ID"] = "remote6" };
        await using (var agent = await TestService.StartAsync("agent", data.Path, settings))
        {
            await ReadyAsync(analyzer.Client, lab);
            var created = await analyzer.Client.CreatePingMeshAsync(new() { Src = Ends(lab), Interval = 50, Count = 20 }, null, Token);
            await UntilAsync(analyzer.Client, created.UUID, static mesh => mesh.State == PingMeshStates.Completed);
            var done = await analyzer.Client.GetPingMeshAsync(created.UUID, Token);
            Assert.Equal((40L, 40L, 0L), (done.Statistics!.Sent, done.Statistics.Received, done.Statistics.Lost));
            Assert.All(done.Pairs!, static pair => Assert.Equal("remote6", pair.SrcHost));
            await Wait.UntilAsync(async () => (await agent.Client.NodesAsync("G.V().HasKey('PingMeshes')")).Count == 0, TimeSpan.FromSeconds(10));
            await UntilAsync(() => analyzer.Client.GetPingSamplesAsync(created.UUID, DateTimeOffset.UnixEpoch, null, Token), static samples => samples.Sum(static sample => sample.Statistics.Received) == 40);
        }
    }

    [Fact]
    public async Task Mesh_ByCommandLine()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path);
        await ReadyAsync(service.Client, lab);

        string created = Run(service, $"pingmesh create --src \"{Ends(lab)}\" --interval 50 --sample-period 1000 --name lab");
        string id = created.Split('"')[Array.IndexOf(created.Split('"'), "UUID") + 2];
        await UntilAsync(service.Client, id, static mesh => mesh.UpCount == 2);
        Assert.Contains("\"State\": \"active\"", Run(service, "pingmesh list"), StringComparison.Ordinal);
        Assert.Contains("10.199.8.2", Run(service, $"pingmesh get {id} --format table"), StringComparison.Ordinal);
        await Wait.UntilAsync(() => Task.FromResult(Run(service, $"pingmesh samples {id} --from -1m").Contains("\"Received\"", StringComparison.Ordinal)), TimeSpan.FromSeconds(10));
        Run(service, $"pingmesh delete {id}");
        Assert.Equal("{}", Run(service, "pingmesh list").Trim());
    }

    [Fact]
    public async Task Mesh_Counts_AreMetricsOfTheNodes()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var service = await TestService.StartAsync("allinone", data.Path, new Dictionary<string, string> { ["SKYDIVE_AGENT_TOPOLOGY_NETLINK_METRICS_UPDATE"] = "1" });
        await ReadyAsync(service.Client, lab);
        await service.Client.CreatePingMeshAsync(new() { Src = Ends(lab), Interval = 50 }, null, Token);

        await Wait.UntilAsync(
            async () => (await service.Client.QueryTextAsync($"G.At('-1s', 60).V().Has('Name','{lab.Prefix}1').Out().Has('Name','eth0').Metrics('Ping').Sum()", "application/json", Token)).Contains("\"Received\"", StringComparison.Ordinal),
            TimeSpan.FromSeconds(20));
    }

    private static string Ends(Lab lab) => $"G.V().Has('Name',Within('{lab.Prefix}1','{lab.Prefix}2')).Out().Has('Name','eth0')";

    private static Task ReadyAsync(SkydiveClient client, Lab lab) => Wait.UntilAsync(
        async () => (await client.NodesAsync(Ends(lab))).Count(static node => node.Metadata.ContainsKey("IPV4") && node.GetText("State") == "UP") == 2,
        TimeSpan.FromSeconds(10));

    private static Task UntilAsync(SkydiveClient client, string id, Func<PingMesh, bool> condition) => UntilAsync(() => client.GetPingMeshAsync(id, Token), condition);

    private static Task UntilAsync<T>(Func<Task<T>> read, Func<T, bool> condition) => Wait.UntilAsync(async () => condition(await read()), TimeSpan.FromSeconds(30));

    private static string Run(TestService service, string command) => Shell.Run($"dotnet {TestService.Program} client --analyzer {service.Address.Authority} {command}");
}
