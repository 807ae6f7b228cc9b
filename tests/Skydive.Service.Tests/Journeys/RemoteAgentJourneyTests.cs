using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

public sealed class RemoteAgentJourneyTests
{
    [Fact]
    public async Task AgentAndAnalyzer_InTwoProcesses_WorkAsInOne()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        await using var analyzer = await TestService.StartAsync("analyzer", data.Path);
        var settings = new Dictionary<string, string> { ["SKYDIVE_ANALYZERS"] = analyzer.Address.Authority, ["SKYDIVE_HOST_ID"] = "remote1" };
        await using var agent = await TestService.StartAsync("agent", data.Path, settings);

        await Wait.UntilAsync(async () => (await analyzer.Client.NodesAsync($"{lab.OuterVeths}.Has('@Origin','agent.remote1')")).Count == 2, TimeSpan.FromSeconds(10));
        Assert.True((await analyzer.Client.GetStatusAsync(CancellationToken.None)).Agents["remote1"].IsConnected);
        var capture = await analyzer.Client.CaptureAsync(lab.OuterVeths, "icmp", 2);
        lab.Ping(4);
        await Wait.UntilAsync(
            async () => (await analyzer.Client.FlowsAsync($"{lab.OuterVeths}.Flows()")) is { Count: 2 } flows && flows.All(static flow => flow.Metric!.BAPackets == 4),
            TimeSpan.FromSeconds(5));

        // Changes travel too, and the agent's own API shows the same.
        Shell.Run($"ip link set {lab.Prefix}1-eth0 mtu 1400");
        await Wait.UntilAsync(async () => (await analyzer.Client.NodesAsync($"G.V().Has('Name','{lab.Prefix}1-eth0','MTU',1400)")).Count == 1, TimeSpan.FromSeconds(5));
        Assert.Single(await agent.Client.NodesAsync($"G.V().Has('Name','{lab.Prefix}1-eth0','MTU',1400)"));

        await analyzer.Client.DeleteCaptureAsync(capture.UUID, CancellationToken.None);
        await Wait.UntilAsync(async () => (await agent.Client.NodesAsync("G.V().HasKey('Captures')")).Count == 0, TimeSpan.FromSeconds(5));
    }

    [Fact]
    public async Task Analyzer_RestartedUnderAnAgent_GetsItsGraphAndCapturesBack()
    {
        Needs.Root();
        using var lab = new Lab();
        using var data = new TemporaryDirectory();
        Uri address;
        string capture;
        var first = await TestService.StartAsync("analyzer", data.Path);
        TestService agent;
        await using (first)
        {
            address = first.Address;
            agent = await TestService.StartAsync(
                "agent", data.Path, new Dictionary<string, string> { ["SKYDIVE_ANALYZERS"] = address.Authority, ["SKYDIVE_HOST_ID"] = "remote2" });
            await Wait.UntilAsync(async () => (await first.Client.NodesAsync(lab.OuterVeths)).Count == 2, TimeSpan.FromSeconds(10));
            capture = (await first.Client.CaptureAsync(lab.OuterVeths, null, 2)).UUID;
            await first.KillAsync();
        }

        await using (agent)
        {
            // While the analyzer is away, something changes.
            Shell.Run($"ip link set {lab.Prefix}2-eth0 mtu 1300");
            await using var second = await TestService.StartAsync("analyzer", data.Path, at: address);
            var client = second.Client;
            await Wait.UntilAsync(async () => (await client.NodesAsync($"G.V().Has('Name','{lab.Prefix}2-eth0','MTU',1300)")).Count == 1, TimeSpan.FromSeconds(40));
            await client.WaitForCaptureAsync(capture, 2);
        }
    }
}
