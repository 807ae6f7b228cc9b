using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Captures;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Resources;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Flows;
using Skydive.Graph;
using Skydive.Storage;

namespace Skydive.Analyzer.Tests.Captures;

/// <summary>Captures as standing queries, with agents that write their orders down and a clock that the test moves.</summary>
public sealed class CaptureManagerTests : IAsyncLifetime
{
    private readonly LiveGraph _graph = new("a1", "analyzer.a1");
    private readonly AgentDirectory _agents = new();
    private readonly TestStore _store = new();
    private readonly ManualTime _time = new();
    private readonly FakeAgent _agent = new("host1");
    private AgentRegistration _registration = null!;
    private CaptureManager _manager = null!;

    public async ValueTask InitializeAsync()
    {
        _registration = _agents.Add(_agent, static () => Make.Status());
        _manager = await StartAsync();
    }

    public ValueTask DisposeAsync() => _manager.DisposeAsync();

    [Fact]
    public async Task Create_NodesMatch_StartsOnceAtEach()
    {
        AddNode("v1");
        AddNode("v2");
        AddNode("br", "bridge");
        AddNode("ns", "netns");

        var capture = await CreateAsync("G.V().Has('Type', Within('veth', 'netns'))");

        await UntilAsync(() => _agent.Orders.Count == 2);
        Touch("v1");
        await SettleAsync();
        Assert.Equal([$"start {capture.UUID} v1", $"start {capture.UUID} v2"], _agent.Orders.Order(StringComparer.Ordinal));
        Assert.True(Guid.TryParse(capture.UUID, out _));
    }

    [Fact]
    public async Task Create_NodesOfAllTypes_OnlyThoseThatCanBeCapturedAre()
    {
        AddNode("v1");
        AddNode("ns", "netns");
        AddNode("ovs", "ovsbridge");
        AddNode("docker", "container");

        var capture = await CreateAsync("G.V()");

        await UntilAsync(() => !_agent.Orders.IsEmpty);
        await SettleAsync();
        Assert.Equal([$"start {capture.UUID} v1"], _agent.Orders.Where(order => order.Contains(capture.UUID, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task List_SumsWhatNodesCount()
    {
        AddNode("v1");
        AddNode("v2");
        var capture = await CreateAsync("G.V().Has('Type', 'veth')");
        Assert.Null(Assert.Single(_manager.List()).Value.Statistics);

        SetCaptures("v1", (capture.UUID, 5), ("other", 100));
        SetCaptures("v2", (capture.UUID, 7));

        await UntilAsync(() => _manager.Find(capture.UUID)!.Count == 2);
        Assert.Equal(12, _manager.Find(capture.UUID)!.Statistics!.PacketsReceived);
        Assert.Equal(12, _manager.List()[capture.UUID].Statistics!.PacketsReceived);
    }

    [Fact]
    public async Task Node_AppearsLater_IsCapturedThen()
    {
        var capture = await CreateAsync("G.V().Has('Name', 'later')");
        await SettleAsync();
        Assert.Empty(_agent.Orders);

        AddNode("later");

        await UntilAsync(() => _agent.Count($"start {capture.UUID} later") == 1);
    }

    [Fact]
    public async Task Node_ByIdentifierThatIsNotThereYet_IsCapturedWhenItComes()
    {
        var capture = await CreateAsync("G.V('later')");
        await SettleAsync();

        AddNode("later");

        await UntilAsync(() => _agent.Count($"start {capture.UUID} later") == 1);
    }

    [Fact]
    public async Task Node_GoesAndComesBack_IsCapturedAgain()
    {
        AddNode("v1");
        var capture = await CreateAsync("G.V().Has('Type', 'veth')");
        await UntilAsync(() => _agent.Orders.Count == 1);

        _graph.Write(static transaction => transaction.DeleteNode("v1"));
        await SettleAsync();
        AddNode("v1");

        await UntilAsync(() => _agent.Count($"start {capture.UUID} v1") == 2);
    }

    [Fact]
    public async Task Node_NoLongerMatches_IsCapturedOn()
    {
        AddNode("v1");
        await CreateAsync("G.V().Has('Name', 'v1')");
        await UntilAsync(() => _agent.Orders.Count == 1);

        _graph.Write(static transaction => transaction.Set(transaction.FindNode("v1")!, "Name", "other"));
        await SettleAsync();

        Assert.Single(_agent.Orders);
    }

    [Fact]
    public async Task Start_Fails_IsTriedAgainWithGrowingDelay()
    {
        var times = new List<DateTimeOffset>();
        int failures = 4;
        _agent.OnOrder = _ =>
        {
            times.Add(_time.GetUtcNow());
            return failures-- > 0 ? throw new AgentRequestException(500, "not now") : Task.CompletedTask;
        };
        AddNode("v1");
        await CreateAsync("G.V().Has('Type', 'veth')");

        await UntilAsync(() => times.Count == 5, TimeSpan.FromMilliseconds(100));
        await SettleAsync();

        Assert.Equal(5, times.Count);
        double[] delays = [.. times.Zip(times.Skip(1), static (before, after) => (after - before).TotalSeconds)];
        Assert.All(delays.Zip([2.0, 4, 8, 16]), static pair => Assert.InRange(pair.First, pair.Second, pair.Second + 2));
    }

    [Fact]
    public async Task Start_OneAgentIsSilent_TheOthersAreServedAndItsNodesAreNotWaitedForOneByOne()
    {
        var other = new FakeAgent("host2");
        _agents.Add(other, static () => Make.Status("host2"));
        _agent.OnOrder = static _ => throw new AgentRequestException(504, "no answer");
        for (int i = 0; i < 50; i++)
        {
            AddNode($"v{i}");
        }

        AddNode("w", host: "host2");
        var capture = await CreateAsync("G.V().Has('Type', 'veth')");

        await UntilAsync(() => other.Count($"start {capture.UUID} w") == 1 && !_agent.Orders.IsEmpty);
        Assert.Single(_agent.Orders);
    }

    [Fact]
    public async Task Agent_Returns_IsToldAgain()
    {
        AddNode("v1");
        var capture = await CreateAsync("G.V().Has('Type', 'veth')");
        await UntilAsync(() => _agent.Orders.Count == 1);

        _registration.Dispose();
        var returned = new FakeAgent("host1");
        _agents.Add(returned, static () => Make.Status());

        await UntilAsync(() => returned.Count($"start {capture.UUID} v1") == 1);
        Assert.Single(_agent.Orders);
    }

    [Fact]
    public async Task Agent_Away_IsToldWhenItComes()
    {
        AddNode("v1", host: "host2");
        var capture = await CreateAsync("G.V().Has('Type', 'veth')");
        await SettleAsync();
        var late = new FakeAgent("host2");

        _agents.Add(late, static () => Make.Status("host2"));

        await UntilAsync(() => late.Count($"start {capture.UUID} v1") == 1);
    }

    [Fact]
    public async Task Delete_StopsWhereItRunsAndOthersGoOn()
    {
        AddNode("v1");
        var first = await CreateAsync("G.V().Has('Name', 'v1')");
        var second = await CreateAsync("G.V().Has('Type', 'veth')");
        await UntilAsync(() => _agent.Orders.Count == 2);
        SetCaptures("v1", (first.UUID, 0), (second.UUID, 0));

        Assert.True(await _manager.DeleteAsync(first.UUID, TestContext.Current.CancellationToken));

        await UntilAsync(() => _agent.Count($"stop {first.UUID} v1") > 0);
        Assert.Equal(0, _agent.Count($"stop {second.UUID} v1"));
        Assert.False(await _manager.DeleteAsync(first.UUID, TestContext.Current.CancellationToken));
        Assert.Null(_manager.Find(first.UUID));
        Assert.Single(_manager.List());
    }

    [Fact]
    public async Task Delete_LastCaptureAndTheNodeTellsOnlyLater_IsStoppedAllTheSame()
    {
        AddNode("v1");
        var capture = await CreateAsync("G.V().Has('Name', 'v1')");
        await UntilAsync(() => _agent.Orders.Count == 1);
        await _manager.DeleteAsync(capture.UUID, TestContext.Current.CancellationToken);
        await SettleAsync();
        Assert.Single(_agent.Orders);

        SetCaptures("v1", (capture.UUID, 0));

        await UntilAsync(() => _agent.Count($"stop {capture.UUID} v1") > 0);
    }

    [Fact]
    public async Task Orphan_StopFails_IsTriedAgain()
    {
        int failures = 2;
        _agent.OnOrder = _ => failures-- > 0 ? throw new AgentRequestException(500, "not now") : Task.CompletedTask;
        AddNode("v1");

        SetCaptures("v1", ("unknown", 0));

        await UntilAsync(() => _agent.Count("stop unknown v1") >= 3, TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task Orphan_AgentReturnsWithIt_IsStopped()
    {
        AddNode("v1", host: "host2");
        SetCaptures("v1", ("unknown", 0));
        await SettleAsync();
        var late = new FakeAgent("host2");

        _agents.Add(late, static () => Make.Status("host2"));

        await UntilAsync(() => late.Count("stop unknown v1") > 0);
    }

    [Fact]
    public async Task TimeToLive_Over_EndsTheCapture()
    {
        AddNode("v1");
        var capture = await CreateAsync("G.V().Has('Name', 'v1')", TimeSpan.FromSeconds(30));
        await UntilAsync(() => _agent.Orders.Count == 1);
        SetCaptures("v1", (capture.UUID, 0));
        await SettleAsync();
        Assert.NotNull(_manager.Find(capture.UUID));

        await UntilAsync(() => _agent.Count($"stop {capture.UUID} v1") > 0, TimeSpan.FromSeconds(1));

        Assert.Empty(_manager.List());
        Assert.Empty(await _store.GetResourcesAsync("capture", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task TimeToLive_StoreFails_IsTriedAgain()
    {
        var capture = await CreateAsync("G.V()", TimeSpan.FromSeconds(1));
        _store.Fails = true;
        await UntilAsync(() => _store.Failures >= 2, TimeSpan.FromMilliseconds(500));
        Assert.NotNull(_manager.Find(capture.UUID));
        Assert.False(_manager.Completion.IsCompleted);

        _store.Fails = false;
        await UntilAsync(() => _manager.Find(capture.UUID) is null, TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public async Task Restart_CapturesAreInForceAgainTheExpiredAreNot()
    {
        var lasting = await CreateAsync("G.V().Has('Name', 'v1')");
        await CreateAsync("G.V()", TimeSpan.FromSeconds(10));
        await _store.PutResourceAsync("capture", "broken", "{", TestContext.Current.CancellationToken);
        await _manager.DisposeAsync();
        _time.Advance(TimeSpan.FromMinutes(1));
        AddNode("v1");

        _manager = await StartAsync();

        await UntilAsync(() => _agent.Count($"start {lasting.UUID} v1") == 1 && _manager.List().Count == 1);
        Assert.Equal("G.V().Has('Name', 'v1')", _manager.Find(lasting.UUID)!.GremlinQuery);
    }

    [Fact]
    public async Task Create_SameQueryTypeAndFilter_IsRefused()
    {
        await CreateAsync("G.V()");

        var e = await Assert.ThrowsAsync<ResourceException>(() => CreateAsync("G.V()"));
        Assert.Equal((409, ErrorCodes.CaptureExists), (e.Status, e.Code));
        await _manager.CreateAsync(new() { GremlinQuery = "G.V()", BPFFilter = "icmp" }, null, TestContext.Current.CancellationToken);
        Assert.Equal(2, _manager.List().Count);
    }

    [Fact]
    public async Task Create_ManyAtOnce_MakesOne()
    {
        var outcomes = await Task.WhenAll(Enumerable.Range(0, 20).Select(async _ =>
        {
            try
            {
                await CreateAsync("G.V()");
                return true;
            }
            catch (ResourceException)
            {
                return false;
            }
        }));

        Assert.Single(outcomes, static made => made);
        Assert.Single(await _store.GetResourcesAsync("capture", TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Create_StoreFails_MakesNothing()
    {
        _store.Fails = true;

        await Assert.ThrowsAsync<HistoryException>(() => CreateAsync("G.V()"));

        Assert.Empty(_manager.List());
    }

    [Fact]
    public async Task Find_CountsTheNodesOnWhichItIsActive()
    {
        AddNode("v1");
        AddNode("v2");
        var capture = await CreateAsync("G.V().Has('Type', 'veth')");
        SetCaptures("v1", (capture.UUID, 0));
        SetCaptures("v2", (capture.UUID, 5));

        await UntilAsync(() => _manager.Find(capture.UUID)!.Count == 2);
        Assert.Equal(2, _manager.List()[capture.UUID].Count);

        _graph.Write(static transaction => transaction.DeleteNode("v1"));
        Assert.Equal(1, _manager.Find(capture.UUID)!.Count);
    }

    [Fact]
    public async Task Startup_CaptureIsMadeOnce()
    {
        var startup = new Capture { GremlinQuery = "G.V().Has('Name', 'v1')", LayerKeyMode = LayerKeyMode.L3 };
        await _manager.DisposeAsync();
        _manager = await StartAsync(startup);
        Assert.Equal(LayerKeyMode.L3, Assert.Single(_manager.List()).Value.LayerKeyMode);

        await _manager.DisposeAsync();
        _manager = await StartAsync(startup);
        Assert.Single(_manager.List());
    }

    [Fact]
    public async Task Dispose_EndsTheLoopsAndTakesNoMoreNews()
    {
        await _manager.DisposeAsync();
        await _manager.DisposeAsync();
        _agents.Add(new FakeAgent("host3"), static () => Make.Status("host3"));

        Assert.True(_manager.Completion.IsCompletedSuccessfully);
    }

    private async Task<CaptureManager> StartAsync(Capture? startup = null)
    {
        var manager = new CaptureManager(
            _graph, _agents, _store, new AnalyzerOptions { Host = "a1", Version = "1", StartupCapture = startup }, _time, NullLogger<CaptureManager>.Instance);
        await manager.StartAsync(TestContext.Current.CancellationToken);
        return manager;
    }

    private Task<Capture> CreateAsync(string gremlin, TimeSpan? timeToLive = null) =>
        _manager.CreateAsync(new() { GremlinQuery = gremlin }, timeToLive, TestContext.Current.CancellationToken);

    private void AddNode(string id, string type = "veth", string host = "host1") => _graph.Write(transaction => transaction.AddNode(Make.Node(id, type, host)));

    private void Touch(string id) => _graph.Write(transaction => transaction.Set(transaction.FindNode(id)!, "MTU", 1300));

    private void SetCaptures(string id, params (string Id, long Packets)[] captures) =>
        _graph.Write(transaction => transaction.Set(transaction.FindNode(id)!, "Captures", Make.Captures(captures)));

    private Task UntilAsync(Func<bool> condition, TimeSpan? step = null) =>
        _time.AdvanceUntilAsync(condition, step, () => string.Join(", ", _agent.Orders));

    /// <summary>
    /// Lets the manager take note of all that happened: a marker that only a capture of its own matches has been through after it.
    /// </summary>
    private async Task SettleAsync()
    {
        var marker = new FakeAgent($"marker{Guid.NewGuid():N}");
        _agents.Add(marker, () => Make.Status(marker.Host));
        _graph.Write(transaction => transaction.AddNode(Make.Node(marker.Host, "veth", marker.Host).With(Make.Node(marker.Host).Metadata.With("Captures", Make.Captures(("orphan", 0))))));
        await UntilAsync(() => !marker.Orders.IsEmpty);
        _graph.Write(transaction => transaction.DeleteNode(marker.Host));
    }
}
