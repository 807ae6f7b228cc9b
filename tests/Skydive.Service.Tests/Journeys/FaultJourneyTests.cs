using System.Diagnostics;
using Skydive.Contracts.Topology;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>
/// What can go wrong between an agent and its analyzer, on hosts of their own: afterwards graph and flows are right within fifteen seconds, and
/// every packet is counted once. A subscriber that is too slow is held by SubscriberTests, clocks that are set by AgentPresenceTests.
/// </summary>
public sealed class FaultJourneyTests(ITestOutputHelper output)
{
    private static readonly TimeSpan s_limit = TimeSpan.FromSeconds(15);

    [Fact]
    public Task LinkCut_ForLongerThanAgentsAreWaitedFor_IsMadeGood() => CutAsync(TimeSpan.FromSeconds(8));

    [Fact(Explicit = true)]
    [Trait("Category", "Load")]
    public Task LinkCut_ForAMinute_IsMadeGood() => CutAsync(TimeSpan.FromMinutes(1));

    [Fact]
    public async Task AnalyzerKilled_UnderLoad_NothingAcknowledgedIsLost()
    {
        Needs.Root();
        using var lab = new FaultLab();
        using var data = new TemporaryDirectory();
        var analyzer = await lab.StartAnalyzerAsync(data.Path);
        await using var agent = await lab.StartAgentAsync();
        int sent = 0;
        await using (analyzer)
        {
            await StartCaptureAsync(lab, analyzer);
            using var load = new CancellationTokenSource();
            var changing = Task.Run(() => ChangeAsync(lab, load.Token));
            for (int i = 0; i < 4; i++)
            {
                lab.Ping(50);
                sent += 50;
            }

            await analyzer.KillAsync();
            lab.Ping(50);
            sent += 50;
            await load.CancelAsync();
            await changing;
        }

        await using var second = await lab.StartAnalyzerAsync(data.Path);
        await AssertRightAsync(lab, second, agent, sent);
        await second.Client.WaitForCaptureAsync((await second.Client.ListCapturesAsync(CancellationToken.None))[0].UUID, 1);
    }

    [Fact]
    public async Task AgentKilled_AndStartedAgain_IsThereOnceWithItsCaptures()
    {
        Needs.Root();
        using var lab = new FaultLab();
        using var data = new TemporaryDirectory();
        await using var analyzer = await lab.StartAnalyzerAsync(data.Path);
        var first = await lab.StartAgentAsync();
        await using (first)
        {
            await StartCaptureAsync(lab, analyzer);
            lab.Ping(20);
            await Wait.UntilAsync(async () => await CountAsync(lab, analyzer) == 20, s_limit);
            await Wait.UntilAsync(async () => (await first.Client.GetAgentStatusAsync(CancellationToken.None)).Flows is { Waiting: 0, Acknowledged: > 0 }, s_limit);
            await first.KillAsync();
        }

        lab.Ip("link add afterwards type bridge");
        await using var second = await lab.StartAgentAsync();
        await Wait.UntilAsync(async () => await SameGraphAsync(lab, analyzer, second), s_limit);
        var capture = (await analyzer.Client.ListCapturesAsync(CancellationToken.None))[0];
        await Wait.UntilAsync(async () => (await analyzer.Client.GetCaptureAsync(capture.UUID, CancellationToken.None)).Count == 1, s_limit);
        lab.Ping(30);
        await AssertRightAsync(lab, analyzer, second, 50);
    }

    [Fact]
    public async Task DiskFull_FlowsWaitUntilThereIsRoom()
    {
        Needs.Root();
        using var lab = new FaultLab();
        using var data = new TemporaryDirectory();
        Shell.Run($"mount -t tmpfs -o size=6m {lab.Prefix} {data.Path}");
        try
        {
            await using var analyzer = await lab.StartAnalyzerAsync(data.Path);
            await using var agent = await lab.StartAgentAsync();
            await StartCaptureAsync(lab, analyzer);
            lab.Ping(20);
            await Wait.UntilAsync(async () => await CountAsync(lab, analyzer) == 20, s_limit);

            string filler = Path.Combine(data.Path, "filler");
            Shell.TryRun($"dd if=/dev/zero of={filler} bs=4k");
            lab.Ping(40);
            for (int i = 0; i < 20; i++)
            {
                lab.Ip($"link add full{i} type bridge");
            }

            // The graph goes on; the store says what is wrong.
            await Wait.UntilAsync(async () => (await analyzer.Client.NodesAsync($"G.V().Has('@Origin','agent.{lab.Prefix}','Name','full19')")).Count == 1, s_limit);
            await Wait.UntilAsync(
                async () => (await analyzer.Client.GetStatusAsync(CancellationToken.None)).Storage is { Status: not "running" },
                s_limit,
                () => "the store does not tell that the disk is full");
            File.Delete(filler);

            await AssertRightAsync(lab, analyzer, agent, 60);
            await Wait.UntilAsync(async () => (await analyzer.Client.GetStatusAsync(CancellationToken.None)).Storage is { Status: "running", FlowsDropped: 0, RevisionsDropped: 0 }, s_limit);
            await Wait.UntilAsync(
                async () => (await analyzer.Client.NodesAsync($"G.At('-1s').V().Has('@Origin','agent.{lab.Prefix}','Name','full19')")).Count == 1, s_limit, () => $"history lacks what happened meanwhile: {analyzer.Log}");
        }
        finally
        {
            Shell.TryRun($"umount -l {data.Path}");
        }
    }

    private static async Task StartCaptureAsync(FaultLab lab, TestService analyzer)
    {
        await Wait.UntilAsync(async () => (await analyzer.Client.NodesAsync(lab.Eth1)).Count == 1, s_limit, () => analyzer.Log);
        await analyzer.Client.CaptureAsync(lab.Eth1, "icmp", 1);
    }

    private static async Task ChangeAsync(FaultLab lab, CancellationToken cancellationToken)
    {
        for (int i = 0; !cancellationToken.IsCancellationRequested; i++)
        {
            lab.Ip($"link add load{i} type bridge");
            lab.Ip($"link del load{i}");
            await Task.Yield();
        }
    }

    /// <summary>How many echo requests there were at the interface, as the analyzer knows from its store and from the agent.</summary>
    private static async Task<long> CountAsync(FaultLab lab, TestService analyzer)
    {
        var flows = await analyzer.Client.FlowsAsync("G.Context(NOW, 3600).Flows().Has('Application','ICMPv4')");
        return flows.Sum(static flow => flow.Metric!.ABPackets);
    }

    /// <summary>Whether the analyzer shows the agent's host as the agent does; counters tick on.</summary>
    private static async Task<bool> SameGraphAsync(FaultLab lab, TestService analyzer, TestService agent)
    {
        var theirs = (await agent.Client.GetTopologyAsync(CancellationToken.None)).Nodes;
        var ours = (await analyzer.Client.GetTopologyAsync(CancellationToken.None)).Nodes.Where(node => node.Origin == "agent." + lab.Prefix);
        return Describe(theirs).SequenceEqual(Describe(ours), StringComparer.Ordinal);
    }

    private static IEnumerable<string> Describe(IEnumerable<Node> nodes) =>
        nodes.Select(static node => $"{node.Id} {node.Name} {node.Type} {node.GetText("State")} {node.Metadata["MTU"]} {node.Metadata["Captures"].Elements.Length}").Order(StringComparer.Ordinal);

    private async Task CutAsync(TimeSpan time)
    {
        Needs.Root();
        using var lab = new FaultLab();
        using var data = new TemporaryDirectory();
        await using var analyzer = await lab.StartAnalyzerAsync(data.Path);
        await using var agent = await lab.StartAgentAsync();
        await StartCaptureAsync(lab, analyzer);
        lab.Ping(20);

        lab.SetWire(up: false);
        long began = Stopwatch.GetTimestamp();
        lab.Ping(50);
        lab.Ip("link add cut type bridge");
        lab.Ip("link set eth1 mtu 1400");

        // Nobody is waited for for ever.
        await Wait.UntilAsync(async () => (await analyzer.Client.NodesAsync($"G.V().Has('@Origin','agent.{lab.Prefix}')")).Count == 0, TimeSpan.FromSeconds(12));
        Assert.Empty((await analyzer.Client.GetStatusAsync(CancellationToken.None)).Agents);
        var rest = time - Stopwatch.GetElapsedTime(began);
        if (rest > TimeSpan.Zero)
        {
            await Task.Delay(rest, TestContext.Current.CancellationToken);
        }

        lab.SetWire(up: true);
        await AssertRightAsync(lab, analyzer, agent, 70);
        lab.Ping(10);
        await AssertRightAsync(lab, analyzer, agent, 80);
    }

    private async Task AssertRightAsync(FaultLab lab, TestService analyzer, TestService agent, long packets)
    {
        long began = Stopwatch.GetTimestamp();
        long counted = -1;
        await Wait.UntilAsync(async () => await SameGraphAsync(lab, analyzer, agent), s_limit, () => $"the graphs differ; {analyzer.Log}");
        double graphAfter = Stopwatch.GetElapsedTime(began).TotalSeconds;
        await Wait.UntilAsync(async () => (counted = await CountAsync(lab, analyzer)) == packets, s_limit - Stopwatch.GetElapsedTime(began), () => $"{counted} packets instead of {packets}; {analyzer.Log}");
        output.WriteLine($"graph right after {graphAfter:F1} s, flows after {Stopwatch.GetElapsedTime(began).TotalSeconds:F1} s");
        Assert.Equal(0, (await agent.Client.GetAgentStatusAsync(CancellationToken.None)).Flows!.Dropped);
    }
}
