using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.Tests.Hub;

public sealed class AgentPresenceTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(25);

    private readonly ManualTime _time = new();
    private readonly LiveGraph _graph = new("lab", "analyzer.lab");

    [Fact]
    public async Task Silent_ForTooLong_IsNotShown()
    {
        Load();
        await using var presence = Make25();
        presence.Enter("host1");

        await AdvanceAsync(24);
        Assert.NotNull(_graph.Current.FindNode("b"));
        await AdvanceAsync(2, () => _graph.Current.FindNode("b") is null);

        Assert.Equal((1L, 0), (presence.Expired, presence.Silent));
        Assert.NotNull(_graph.Current.FindNode("a"));
        Assert.NotNull(_graph.Current.FindNode("api"));
    }

    [Fact]
    public async Task Gone_AndBackInTime_StaysAsItWas()
    {
        Load();
        await using var presence = Make25();
        presence.Enter("host1");
        presence.Enter("host2");
        presence.Leave("host1");
        await AdvanceAsync(20);
        presence.Enter("host1");
        await AdvanceAsync(60);

        Assert.NotNull(_graph.Current.FindNode("a"));

        // Back on a second connection before the first is given up.
        presence.Enter("host1");
        presence.Leave("host1");
        await AdvanceAsync(60);
        Assert.NotNull(_graph.Current.FindNode("a"));

        presence.Leave("host1");
        await AdvanceAsync(26, () => _graph.Current.FindNode("a") is null);
        Assert.NotNull(_graph.Current.FindNode("b"));
    }

    [Fact]
    public async Task WholeAnalyzer_AgentGoesAndComesBack_GraphAndHistoryAreRight()
    {
        await using var host = await TestHost.StartAsync(static options => options with { WebSockets = new() { PingDelay = TimeSpan.FromMinutes(1), PongTimeout = TimeSpan.FromMilliseconds(100) } });
        long whileThere;
        using (var agent = await host.ConnectAgentAsync())
        {
            await agent.SendAsync(MessageWriter.WriteSync(MessageTypes.Sync, "s", [Make.Node("h", "host"), Make.Node("eth0", revision: 3)], [Make.Edge("e", "h", "eth0")]));
            await Wait.UntilAsync(() => host.Analyzer.Agents.Find("host1") is not null);
            await Task.Delay(20, TestContext.Current.CancellationToken);
            whileThere = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
            await Task.Delay(600, TestContext.Current.CancellationToken);
            Assert.Equal(2, host.Analyzer.Graph.Current.NodeCount);
        }

        await Wait.UntilAsync(() => host.Analyzer.Graph.Current.NodeCount == 0);
        await host.Analyzer.FlushHistoryAsync(TestContext.Current.CancellationToken);
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.Equal(0, (await host.Store.GetGraphAsync(TimeSlice.At(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), TestContext.Current.CancellationToken)).NodeCount);
        using var again = await host.ConnectAgentAsync();
        await again.SendAsync(MessageWriter.WriteSync(MessageTypes.Sync, "s", [Make.Node("h", "host"), Make.Node("eth0", revision: 4)], [Make.Edge("e", "h", "eth0")]));
        await Wait.UntilAsync(() => host.Analyzer.Graph.Current.NodeCount == 2);
        await host.Analyzer.FlushHistoryAsync(TestContext.Current.CancellationToken);

        Assert.Equal(2, (await host.Store.GetGraphAsync(TimeSlice.At(whileThere), TestContext.Current.CancellationToken)).NodeCount);
        var now = await host.Store.GetGraphAsync(TimeSlice.At(DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()), TestContext.Current.CancellationToken);
        Assert.Equal((2, 1), (now.NodeCount, now.EdgeCount));
    }

    [Fact]
    public async Task WholeAnalyzer_ClockIsSet_AgentsStayAndChangesGoOn()
    {
        var time = new SteppedTime();
        await using var host = await TestHost.StartAsync(time: time);
        using var agent = await host.ConnectAgentAsync();
        await agent.SendAsync(MessageWriter.WriteSync(MessageTypes.Sync, "s", [Make.Node("eth0")], []));
        await Wait.UntilAsync(() => host.Analyzer.Agents.Find("host1") is not null);
        long revision = 1;
        foreach (var step in new[] { TimeSpan.FromHours(3), TimeSpan.FromHours(-6), TimeSpan.FromHours(3) })
        {
            time.Step(step);
            revision++;
            await agent.SendAsync(MessageWriter.WritePartialUpdate(Make.Node("eth0", revision: revision), [new() { Type = MetadataOperation.Add, Key = "Step", Value = revision }], false));
            await Wait.UntilAsync(() => host.Analyzer.Graph.Current.FindNode("eth0")?.Revision == revision);
            await host.Analyzer.FlushHistoryAsync(TestContext.Current.CancellationToken);
            Assert.Equal(0, host.Analyzer.HistoryWaiting);
            Assert.NotNull(host.Analyzer.Agents.Find("host1"));
        }

        var live = await host.Store.GetLiveElementsAsync(TestContext.Current.CancellationToken);
        Assert.Equal(revision, Assert.Single(live.Nodes).Revision);
    }

    private AgentPresence Make25() => new(_graph, s_patience, _time, NullLogger<AgentPresence>.Instance);

    private void Load() => _graph.Write(static transaction =>
    {
        transaction.AddNode(Make.Node("a", host: "host1"));
        transaction.AddNode(Make.Node("b", host: "host2"));
        transaction.AddNode(Make.Node("api").With(origin: "api.lab"));
    });

    private async Task AdvanceAsync(int seconds, Func<bool>? until = null)
    {
        for (int i = 0; i < seconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(2, TestContext.Current.CancellationToken);
        }

        if (until is not null)
        {
            await Wait.UntilAsync(until);
        }
    }
}
