using Skydive.Service.Tests.Support;
using Skydive.Storage;

namespace Skydive.Service.Tests.Journeys;

/// <summary>The way of flows from an agent to the store, with real processes, while it is broken on purpose.</summary>
public sealed class FlowPathJourneyTests
{
    private const int Packets = 240;

    [Fact]
    public async Task ConnectionCutAndAnalyzerKilled_EveryPacketIsInTheStoreOnce()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        var analyzer = await TestService.StartAsync("analyzer", data.Path);
        await using var relay = new TcpRelay(analyzer.Address);
        try
        {
            await using var agent = await TestService.StartAsync(
                "agent",
                data.Path,
                new Dictionary<string, string>
                {
                    ["SKYDIVE_ANALYZERS"] = relay.Authority, ["SKYDIVE_HOST_ID"] = "remote3", ["SKYDIVE_FLOW_UPDATE"] = "0.3",
                });
            await Wait.UntilAsync(async () => (await analyzer.Client.NodesAsync(lab.OuterVeths)).Count == 2, TimeSpan.FromSeconds(10));
            string capture = (await analyzer.Client.CaptureAsync($"G.V().Has('Name', '{lab.Prefix}1-eth0')", "icmp", 1)).UUID;

            var pinging = Task.Run(() => lab.Ping(Packets));
            await Task.Delay(1500, TestContext.Current.CancellationToken);
            relay.Cut();
            await Task.Delay(2500, TestContext.Current.CancellationToken);
            relay.Cut();
            await Task.Delay(2500, TestContext.Current.CancellationToken);
            await analyzer.KillAsync();
            await analyzer.DisposeAsync();
            await Task.Delay(1000, TestContext.Current.CancellationToken);
            analyzer = await TestService.StartAsync("analyzer", data.Path, at: analyzer.Address);
            await pinging;

            // All has arrived when nothing waits any more, and the capture stopped with its last flows.
            await analyzer.Client.WaitForCaptureAsync(capture, 1);
            await analyzer.Client.DeleteCaptureAsync(capture, CancellationToken.None);
            await Wait.UntilAsync(
                async () => (await agent.Client.NodesAsync("G.V().HasKey('Captures')")).Count == 0, TimeSpan.FromSeconds(60), () => agent.Log);
            await Wait.UntilAsync(
                async () => await GetDeliveryAsync(agent.Address) is { IsConnected: true, Waiting: 0 }, TimeSpan.FromSeconds(60), () => agent.Log + analyzer.Log);
            var delivery = (await GetDeliveryAsync(agent.Address))!;
            Assert.Equal(0, delivery.Dropped);
            Assert.True(delivery.Acknowledged > 0);
            Assert.Equal(0, await analyzer.StopAsync());
        }
        finally
        {
            await analyzer.DisposeAsync();
        }

        // Once each: the windows of all updates together are the flow.
        await using var store = HistoryStore.Open(new() { Directory = StoreDirectory(data.Path) });
        var updates = await store.SearchFlowsAsync(new() { EveryUpdate = true, Slice = new(0, long.MaxValue / 2) }, CancellationToken.None);
        var flow = updates.MaxBy(static update => update.Last)!;
        Assert.All(updates, update => Assert.Equal(flow.UUID, update.UUID));
        Assert.Equal((Packets, Packets), (flow.Metric!.ABPackets, flow.Metric.BAPackets));
        Assert.Equal(Packets, updates.Sum(static update => update.LastUpdateMetric!.ABPackets));
        Assert.Equal(Packets, updates.Sum(static update => update.LastUpdateMetric!.BAPackets));
    }

    private static async Task<Contracts.Status.FlowDeliveryStatus?> GetDeliveryAsync(Uri agent)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(agent, "/api/status"));
        return System.Text.Json.JsonSerializer.Deserialize(
            await answer.Content.ReadAsStringAsync(), Contracts.ContractsJsonContext.Default.AgentStatus)!.Flows;
    }

    private static string StoreDirectory(string data) =>
        Path.GetDirectoryName(Directory.EnumerateFiles(data, "*", SearchOption.AllDirectories).First(static file => file.EndsWith("history.db", StringComparison.Ordinal)))!;
}
