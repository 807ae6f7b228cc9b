using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Flows;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Storage;

namespace Skydive.Analyzer.Tests.Flows;

public sealed class FlowRouterTests
{
    private readonly AgentDirectory _agents = new();
    private readonly TestStore _store = new();
    private readonly FakeAgent _one = new("host1");
    private readonly FakeAgent _two = new("host2");

    public FlowRouterTests()
    {
        _agents.Add(_one, static () => Make.Status());
        _agents.Add(_two, static () => Make.Status());
    }

    [Fact]
    public async Task Live_FlowsOfAllAgents_AreMergedInOrder()
    {
        _one.Flows = [Make.Flow("a", 1000), Make.Flow("c", 3000)];
        _two.Flows = [Make.Flow("b", 2000), Make.Flow("d", 4000)];

        Assert.Equal(["a", "b", "c", "d"], await SearchAsync(new()));
        Assert.Equal(["d", "c", "b", "a"], await SearchAsync(new() { SortBy = "Start", Descending = true }));
    }

    [Fact]
    public async Task Live_LimitAndSkip_CutTheWholeAndNotTheParts()
    {
        _one.Flows = [Make.Flow("a", 1000), Make.Flow("b", 2000), Make.Flow("c", 3000)];
        _two.Flows = [Make.Flow("d", 4000), Make.Flow("e", 5000)];

        Assert.Equal(["c", "d"], await SearchAsync(new() { Skip = 2, Limit = 2 }));
        Assert.Equal((0, 4), (_one.LastSearch!.Skip, _one.LastSearch.Limit));
        Assert.Equal(["e"], await SearchAsync(new() { Skip = 4, Limit = int.MaxValue }));
        Assert.Equal([], await SearchAsync(new() { Limit = 0 }));
    }

    [Fact]
    public async Task Live_OneAgentAndSkip_SkipsOnce()
    {
        var agents = new AgentDirectory();
        agents.Add(_one, static () => Make.Status());
        _one.Flows = [Make.Flow("a", 1000), Make.Flow("b", 2000)];
        var router = new FlowRouter(agents, _store, NullLogger<FlowRouter>.Instance);

        Assert.Equal("b", Assert.Single(await router.SearchFlowsAsync(new() { Skip = 1 }, TestContext.Current.CancellationToken)).UUID);
    }

    [Fact]
    public async Task Live_Deduplicate_KeepsOneOverAllAgents()
    {
        _one.Flows = [Make.Flow("a", 1000, tracking: "x"), Make.Flow("b", 2000, tracking: "y")];
        _two.Flows = [Make.Flow("c", 500, tracking: "x")];

        Assert.Equal(["c", "b"], await SearchAsync(new() { DeduplicateBy = "TrackingID" }));
    }

    [Fact]
    public async Task Live_AgentRefuses_TheOthersAnswer()
    {
        _one.OnSearch = static _ => throw new AgentRequestException(504, "gone");
        _two.Flows = [Make.Flow("b")];

        Assert.Equal(["b"], await SearchAsync(new()));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Live_AgentIsSilent_TheOthersAnswerInTime(bool obeys)
    {
        _one.OnSearch = token => Task.Delay(Timeout.Infinite, obeys ? token : CancellationToken.None);
        _two.Flows = [Make.Flow("b")];

        Assert.Equal(["b"], await SearchAsync(new(), TimeSpan.FromSeconds(1)).WaitAsync(Wait.Patience, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Live_CallerGivesUp_Ends()
    {
        using var cancelled = new CancellationTokenSource();
        _one.OnSearch = static token => Task.Delay(Timeout.Infinite, token);
        var searching = new FlowRouter(_agents, _store, NullLogger<FlowRouter>.Instance).SearchFlowsAsync(new(), cancelled.Token);
        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => searching);
    }

    [Fact]
    public async Task Past_StoreAndAgents_AreMergedTheNewerStateWins()
    {
        await _store.AppendFlowsAsync([Make.Flow("old", 1000, 2000), Make.Flow("same", 1000, 2000, packets: 1)], TestContext.Current.CancellationToken);
        _one.Flows = [Make.Flow("same", 1000, 3000, packets: 9), Make.Flow("new", 2500, 3000), Make.Flow("later", 9000, 9500)];

        var router = new FlowRouter(_agents, _store, NullLogger<FlowRouter>.Instance);
        var flows = await router.SearchFlowsAsync(new() { Slice = new TimeSlice(1000, 5000) }, TestContext.Current.CancellationToken);

        Assert.Equal(["new", "old", "same"], flows.Select(static flow => flow.UUID).Order(StringComparer.Ordinal));
        Assert.Equal(9, flows.Single(static flow => flow.UUID == "same").Metric!.ABPackets);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task PastTotals_StoreAndAgents_AreThoseOfTheFlowsThatAreFound(int seed)
    {
        var random = new Random(seed);
        var stored = Enumerable.Range(0, 300).Select(i => Make.Flow($"f{i}", random.Next(5000), 5000 + random.Next(5000), packets: random.Next(1, 100), nodeTid: "tid" + (i % 3))).ToList();
        await _store.AppendFlowsAsync(stored, TestContext.Current.CancellationToken);
        Flow[] live = [.. stored.Where((_, i) => i % 4 == 0).Select(static flow => flow with { Last = flow.Last + 100, Metric = flow.Metric! with { ABPackets = 1000 } }), Make.Flow("new", 9000, 9500)];
        _one.Flows = live.Where(static (_, i) => i % 2 == 0).ToArray();
        _two.Flows = [.. live.Where(static (_, i) => i % 2 == 1), live[0]];
        var router = new FlowRouter(_agents, _store, NullLogger<FlowRouter>.Instance);
        string[] fields = ["Metric.ABPackets", "Metric.BABytes"];
        foreach (var search in (FlowSearch[])
        [
            new() { Slice = new TimeSlice(0, 100_000) },
            new() { Slice = new TimeSlice(4000, 6000), NodeTIDs = ["tid1", "tid2"] },
            new() { Slice = TimeSlice.At(9000), Filter = new CompareFilter("Metric.ABPackets", Comparison.LessThan, 50) },
            new() { Slice = TimeSlice.At(90_000) },
        ])
        {
            var flows = await router.SearchFlowsAsync(search, TestContext.Current.CancellationToken);
            var total = await router.TotalFlowsAsync(search, fields, TestContext.Current.CancellationToken);
            Assert.Equal((flows.Count, flows.Sum(static flow => flow.Metric!.ABPackets), 0), (total!.Count, total.Sums[0], total.Sums[1]));
        }

        Assert.Null(await router.TotalFlowsAsync(new(), fields, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Live_StoreIsNotAsked()
    {
        await _store.AppendFlowsAsync([Make.Flow("old")], TestContext.Current.CancellationToken);

        Assert.Equal([], await SearchAsync(new()));
    }

    [Fact]
    public async Task Past_StoreFails_IsAnErrorAndNotAPartialAnswer()
    {
        await _store.DisposeAsync();

        var router = new FlowRouter(_agents, _store, NullLogger<FlowRouter>.Instance);
        await Assert.ThrowsAsync<HistoryException>(() => router.SearchFlowsAsync(new() { Slice = new TimeSlice(0, 1) }, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Packets_OfAgentsAndStore_AreOneListForEachFlow()
    {
        var append = new FlowAppend { Packets = [Packets("a", 1, 2), Packets("b", 1)] };
        await _store.AppendFlowsAsync(append, TestContext.Current.CancellationToken);
        _one.Packets = [Packets("a", 2, 3)];
        _two.Packets = [Packets("c", 7)];
        var router = new FlowRouter(_agents, _store, NullLogger<FlowRouter>.Instance);

        // For now the tables alone are asked; for a time the store as well.
        Assert.Equal(["a 2 3", "c 7"], await AskAsync(null));
        Assert.Equal(["a 1 2 3", "b 1", "c 7"], await AskAsync(new(0, 10_000)));

        _two.OnSearch = static _ => throw new AgentRequestException(504, "gone");
        Assert.Equal(["a 1 2 3", "b 1"], await AskAsync(new(0, 10_000)));

        async Task<IEnumerable<string>> AskAsync(TimeSlice? slice) =>
            (await router.SearchRawPacketsAsync(new() { FlowUUIDs = ["a", "b", "c"], Slice = slice }, TestContext.Current.CancellationToken))
                .Select(static flow => $"{flow.FlowUUID} {string.Join(' ', flow.Packets.Select(static packet => packet.Index))}").Order(StringComparer.Ordinal);

        static FlowRawPackets Packets(string flow, params long[] indexes) =>
            new(flow, [.. indexes.Select(static index => new RawPacket { Index = index, Timestamp = 1000 + index, LinkType = 1, Data = [1] })]);
    }

    private async Task<IEnumerable<string>> SearchAsync(FlowSearch search, TimeSpan? timeout = null)
    {
        var router = new FlowRouter(_agents, _store, NullLogger<FlowRouter>.Instance) { AgentTimeout = timeout ?? TimeSpan.FromSeconds(10) };
        IReadOnlyList<Flow> flows = await router.SearchFlowsAsync(search, TestContext.Current.CancellationToken);
        return flows.Select(static flow => flow.UUID);
    }
}
