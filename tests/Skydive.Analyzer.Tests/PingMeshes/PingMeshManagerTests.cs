using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.PingMeshes;
using Skydive.Analyzer.Resources;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.PingMeshes;
using Skydive.Graph;

namespace Skydive.Analyzer.Tests.PingMeshes;

/// <summary>Ping meshes with two agents that write their orders down and tell what the test says, and a clock that the test moves.</summary>
public sealed class PingMeshManagerTests : IAsyncLifetime
{
    private const string All = "G.V().HasKey('IfIndex')";

    private readonly LiveGraph _graph = new("a1", "analyzer.a1");
    private readonly AgentDirectory _agents = new();
    private readonly TestStore _store = new();
    private readonly ManualTime _time = new();
    private readonly FakeAgent _agent = new("host1");
    private readonly FakeAgent _other = new("host2");
    private AgentRegistration _registration = null!;
    private AgentRegistration _otherRegistration = null!;
    private PingMeshManager _manager = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        Put("a", 1);
        Put("b", 2);
        Put("c", 3, "host2");
        _registration = _agents.Add(_agent, static () => Make.Status());
        _otherRegistration = _agents.Add(_other, static () => Make.Status());
        _manager = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _manager.DisposeAsync();
        _registration.Dispose();
        _otherRegistration.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Create_EveryOrderedPair_AtTheAgentOfItsSource()
    {
        var created = await CreateAsync(new() { Src = All });
        Assert.Equal(
            ["a>b", "a>c", "b>a", "b>c", "c>a", "c>b"],
            created.Pairs!.Select(static pair => $"{pair.Src}>{pair.Dst}"));
        Assert.Equal((1000L, 2000L, 10_000L, 56, 64, PingTypes.IcmpV4), (created.Interval, created.Timeout, created.SamplePeriod, created.PayloadSize!.Value, (int)created.TTL, created.Type));

        await AdvanceUntilAsync(() => _agent.Meshes.ContainsKey(created.UUID) && _other.Meshes.ContainsKey(created.UUID));
        Assert.Equal(["a 10.0.0.1>10.0.0.2 02:00:00:00:00:02", "a 10.0.0.1>10.0.0.3 02:00:00:00:00:03", "b 10.0.0.2>10.0.0.1 02:00:00:00:00:01", "b 10.0.0.2>10.0.0.3 02:00:00:00:00:03"], Probes(_agent, created.UUID));
        Assert.Equal(2, _other.Meshes[created.UUID].Probes.Count);
    }

    [Fact]
    public async Task Create_FromOneSelectionToAnother_OnlyThese()
    {
        var created = await CreateAsync(new() { Src = "G.V().Has('Name', 'a')", Dst = All });
        Assert.Equal(["a>b", "a>c"], created.Pairs!.Select(static pair => $"{pair.Src}>{pair.Dst}"));
    }

    [Fact]
    public async Task Create_NoWay_IsAnErrorOfThePair()
    {
        Put("six", 6, address: "fd00::6/64");
        Put("down", 7, flags: []);
        Put("twin", 8);
        _graph.Write(transaction =>
        {
            transaction.Put(Make.Node("ns", type: "netns"));
            transaction.Put(Make.Edge("e1", "ns", "a"));
            transaction.Put(Make.Edge("e2", "ns", "twin"));
        });
        var pairs = (await CreateAsync(new() { Src = "G.V().Has('Name', Within('a', 'six', 'down', 'twin'))" })).Pairs!;

        Assert.Equal("six has no IPv4 address, which icmp4 needs: give DstIP", Error("a", "six"));
        Assert.Equal("six has no IPv4 address, which icmp4 needs: give SrcIP", Error("six", "a"));
        Assert.Equal("down is down: nothing can be sent from it", Error("down", "a"));
        Assert.Equal("a and twin are in one network namespace, whose kernel takes no packets from its own addresses", Error("a", "twin"));
        Assert.Null(Error("a", "down"));
        Assert.All(pairs.Where(static pair => pair.Error is not null), static pair => Assert.Equal(PingPairStates.Failed, pair.State));

        string? Error(string from, string to) => pairs.Single(pair => pair.Src == from && pair.Dst == to).Error;
    }

    [Fact]
    public async Task Create_InterfacesWithoutAddresses_AreLeftOut()
    {
        Put("port", 9, address: "fe80::9/64");
        var created = await CreateAsync(new() { Src = All });
        Assert.DoesNotContain(created.Pairs!, static pair => pair.Src == "port");
        Assert.Contains((await CreateAsync(new() { Src = "G.V().Has('Name', Within('port', 'a'))", Type = PingTypes.IcmpV6 })).Pairs!, static pair => pair.Src == "port");
    }

    [Theory]
    [InlineData("", 0, 0, "icmp4", "Src")]
    [InlineData(All, 5, 0, "icmp4", "Interval: 5 is not from 10 to")]
    [InlineData(All, 0, 60_001, "icmp4", "Timeout")]
    [InlineData(All, 0, 0, "udp4", "Type: 'udp4' is none of icmp4, icmp6")]
    [InlineData("G.V().Has('Name', 'a')", 0, 0, "icmp4", "no pair of interfaces that have addresses: Src gives 1")]
    [InlineData("G.V().Foo()", 0, 0, "icmp4", "Not a valid Gremlin expression")]
    [InlineData("G.E()", 0, 0, "icmp4", "it gives edges, expected nodes")]
    public async Task Create_MakesNoSense_IsRefused(string source, long interval, long timeout, string type, string message)
    {
        var e = await Assert.ThrowsAsync<ResourceException>(() => CreateAsync(new() { Src = source, Interval = interval, Timeout = timeout, Type = type }));
        Assert.Equal((400, ErrorCodes.InvalidPingMesh), (e.Status, e.Code));
        Assert.Contains(message, e.Message, StringComparison.Ordinal);
        Assert.Empty(await _manager.ListAsync(Token));
    }

    [Fact]
    public async Task Create_TooManyPairs_IsRefusedWithTheLimit()
    {
        for (int i = 10; i < 43; i++)
        {
            Put($"n{i}", i);
        }

        var e = await Assert.ThrowsAsync<ResourceException>(() => CreateAsync(new() { Src = All }));
        Assert.Equal("36 sources and 36 destinations make 1260 pairs: 1000 are the most; select fewer, or make several meshes", e.Message);
    }

    [Fact]
    public async Task Graph_Changes_PairsFollow()
    {
        var created = await CreateAsync(new() { Src = All });
        await AdvanceUntilAsync(() => Probes(_agent, created.UUID).Length == 4);
        Put("d", 4);
        await AdvanceUntilAsync(() => Probes(_agent, created.UUID).Contains("d 10.0.0.4>10.0.0.1 02:00:00:00:00:01"));
        Assert.Equal(3, _other.Meshes[created.UUID].Probes.Count);

        _graph.Write(static transaction => transaction.DeleteNode("c"));
        await AdvanceUntilAsync(() => !_other.Meshes.ContainsKey(created.UUID));
        Assert.Equal(6, (await _manager.FindAsync(created.UUID, Token))!.PairCount);
    }

    [Fact]
    public async Task Selection_GrowsTooLarge_TheOldPairsGoOnAndTheMeshSaysSo()
    {
        var created = await CreateAsync(new() { Src = All });
        for (int i = 10; i < 43; i++)
        {
            Put($"n{i}", i);
        }

        await AdvanceUntilAsync(() => _manager.FindAsync(created.UUID, Token).Result!.Error is not null);
        var mesh = (await _manager.FindAsync(created.UUID, Token))!;
        Assert.Contains("1000 are the most", mesh.Error, StringComparison.Ordinal);
        Assert.Equal(6, mesh.PairCount);
    }

    [Fact]
    public async Task Find_Live_IsWhatAgentsSay()
    {
        Answer(_agent, _other);
        var created = await CreateAsync(new() { Src = All });
        await AdvanceUntilAsync(() => _agent.Meshes.ContainsKey(created.UUID) && _other.Meshes.ContainsKey(created.UUID));
        _time.Advance(TimeSpan.FromSeconds(1));

        var mesh = (await _manager.FindAsync(created.UUID, Token))!;

        Assert.Equal((6, 6, 60L, 54L, 6L), (mesh.PairCount, mesh.UpCount, mesh.Statistics!.Sent, mesh.Statistics.Received, mesh.Statistics.Lost));
        Assert.Equal(0.1, mesh.Statistics.LossRatio, 6);
        Assert.Equal((100_000L, 300_000L, 200_000L, 5_000L), (mesh.Statistics.RTTMin, mesh.Statistics.RTTMax, mesh.Statistics.RTTAvg, mesh.Statistics.Jitter));
    }

    [Fact]
    public async Task Agent_IsAway_ItsPairsSaySo()
    {
        Answer(_agent, _other);
        var created = await CreateAsync(new() { Src = All });
        await AdvanceUntilAsync(() => _other.Meshes.ContainsKey(created.UUID));
        _otherRegistration.Dispose();
        _time.Advance(TimeSpan.FromSeconds(1));
        await AdvanceUntilAsync(() => Pairs(created.UUID).Count(static pair => pair is { State: PingPairStates.Failed, Error: "the agent of host2 is not connected" }) == 2);

        // It comes back with nothing.
        _other.Meshes.Clear();
        _otherRegistration = _agents.Add(_other, static () => Make.Status());
        await AdvanceUntilAsync(() => _other.Meshes.ContainsKey(created.UUID));
        await AdvanceUntilAsync(() => Pairs(created.UUID).All(static pair => pair.State == PingPairStates.Up));
    }

    [Fact]
    public async Task Samples_AreKeptBeforeTheyAreAcknowledged()
    {
        long now = _time.GetUtcNow().ToUnixTimeMilliseconds();
        var asked = new System.Collections.Concurrent.ConcurrentQueue<long>();
        PingMesh created = new();
        _agent.Report = request =>
        {
            asked.Enqueue(request.After);
            return new()
            {
                Sequence = 7,
                Samples = request.After >= 7 ? [] : [.. Ids("a").SelectMany(id => (PingSample[])[Sample(id, now, 10, 9), Sample(id, now + 10_000, 10, 5)])],
            };
        };
        created = await CreateAsync(new() { Src = All });
        string[] Ids(string source) => [.. created.Pairs!.Where(pair => pair.Src == source).Select(static pair => pair.ID)];
        await AdvanceUntilAsync(() => _agent.Meshes.ContainsKey(created.UUID));
        await AdvanceUntilAsync(() => asked.Contains(7));
        Assert.Equal(0, asked.First());

        var whole = (await _manager.FindAsync(created.UUID, new(now, now + 20_000), Token))!;
        Assert.Equal(2, whole.Pairs!.Count);
        Assert.Equal((20L, 14L, 6L), (whole.Pairs[0].Statistics.Sent, whole.Pairs[0].Statistics.Received, whole.Pairs[0].Statistics.Lost));
        var part = (await _manager.FindAsync(created.UUID, new(now, now + 5_000), Token))!;
        Assert.Equal(9, part.Pairs![0].Statistics.Received);
        var point = (await _manager.FindAsync(created.UUID, new(now + 15_000, now + 15_000), Token))!;
        Assert.Equal(5, point.Pairs![0].Statistics.Received);
        Assert.Equal(4, (await _manager.GetSamplesAsync(created.UUID, new(0, long.MaxValue), Token))!.Count);
        Assert.Null(await _manager.GetSamplesAsync("none", new(0, long.MaxValue), Token));
    }

    [Fact]
    public async Task AllSent_IsCompletedAndAgentsForget()
    {
        Answer(_agent, _other, isCompleted: true);
        var created = await CreateAsync(new() { Src = All, Count = 10 });
        await AdvanceUntilAsync(() => _agent.Meshes.ContainsKey(created.UUID) && _other.Meshes.ContainsKey(created.UUID));
        await AdvanceUntilAsync(() => _manager.FindAsync(created.UUID, Token).Result!.State == PingMeshStates.Completed);

        // The agents show it until they are told.
        Show("a", created.UUID);
        await AdvanceUntilAsync(() => !_agent.Meshes.ContainsKey(created.UUID));
        await _manager.DisposeAsync();
        _manager = await StartAsync();
        var mesh = (await _manager.FindAsync(created.UUID, Token))!;
        Assert.Equal((PingMeshStates.Completed, 60L), (mesh.State, mesh.Statistics!.Sent));
    }

    [Fact]
    public async Task Service_StartsAgain_MeasuresOn()
    {
        Answer(_agent, _other);
        var created = await CreateAsync(new() { Src = All, Name = "backbone" });
        await AdvanceUntilAsync(() => _agent.Meshes.ContainsKey(created.UUID) && _other.Meshes.ContainsKey(created.UUID));
        await _manager.DisposeAsync();
        _agent.Meshes.Clear();

        _manager = await StartAsync();

        await AdvanceUntilAsync(() => _agent.Meshes.ContainsKey(created.UUID));
        Assert.Equal("backbone", (await _manager.FindAsync(created.UUID, Token))!.Name);
        Assert.Equal(created.Pairs!.Select(static pair => pair.ID), (await _manager.FindAsync(created.UUID, Token))!.Pairs!.Select(static pair => pair.ID));
    }

    [Fact]
    public async Task Delete_NothingIsLeft()
    {
        var created = await CreateAsync(new() { Src = All });
        await AdvanceUntilAsync(() => _agent.Meshes.ContainsKey(created.UUID) && _other.Meshes.ContainsKey(created.UUID));

        Assert.True(await _manager.DeleteAsync(created.UUID, Token));

        Assert.False(_agent.Meshes.ContainsKey(created.UUID));
        Assert.False(_other.Meshes.ContainsKey(created.UUID));
        Assert.Null(await _manager.FindAsync(created.UUID, Token));
        Assert.Empty(await _store.GetResourcesAsync("pingmesh", Token));
        Assert.False(await _manager.DeleteAsync(created.UUID, Token));
    }

    [Fact]
    public async Task Loop_Breaks_CompletionFails()
    {
        _agent.Report = static _ => throw new InvalidOperationException("broken");
        await CreateAsync(new() { Src = All });

        await AdvanceUntilAsync(() => _manager.Completion.IsCompleted);

        Assert.Equal("broken", (await Assert.ThrowsAsync<InvalidOperationException>(() => _manager.Completion)).Message);
    }

    [Fact]
    public async Task Node_ShowsAMeshThatIsNoMore_ItsAgentIsTold()
    {
        _agent.Meshes["old"] = new() { Mesh = new() { UUID = "old" } };
        Show("a", "old");
        await AdvanceUntilAsync(() => !_agent.Meshes.ContainsKey("old"));
    }

    [Fact]
    public async Task TimeToLive_IsOver_Ends()
    {
        var created = await _manager.CreateAsync(new() { Src = All }, TimeSpan.FromSeconds(30), Token);
        await AdvanceUntilAsync(() => _agent.Meshes.ContainsKey(created.UUID));
        await _time.AdvanceUntilAsync(() => !_agent.Meshes.ContainsKey(created.UUID), TimeSpan.FromSeconds(1));
        Assert.Empty(await _manager.ListAsync(Token));
    }

    private static PingSample Sample(string id, long start, long sent, long received) => new()
    {
        PairID = id,
        Start = start,
        Last = start + 9_999,
        Statistics = new() { Sent = sent, Received = received, Lost = sent - received, RTTMin = 100_000, RTTMax = 300_000, RTTSum = received * 200_000, Jitter = 5_000 },
    };

    private static string[] Probes(FakeAgent agent, string id) => agent.Meshes.TryGetValue(id, out var order)
        ? [.. order.Probes.Select(static probe => $"{probe.NodeID} {probe.SrcIP}>{probe.DstIP} {probe.DstMAC}")]
        : [];

    private static void Answer(FakeAgent first, FakeAgent second, bool isCompleted = false)
    {
        foreach (var agent in new[] { first, second })
        {
            agent.Report = request => new()
            {
                IsCompleted = isCompleted,
                Sequence = request.After,
                Pairs =
                [
                    .. agent.Meshes[request.UUID].Probes.Select(static probe => new PingPairReport
                    {
                        ID = probe.ID, State = PingPairStates.Up, LastChange = 1, Statistics = Sample(probe.ID, 0, 10, 9).Statistics,
                    }),
                ],
            };
        }
    }

    private IReadOnlyList<PingPair> Pairs(string id) => _manager.FindAsync(id, Token).Result!.Pairs!;

    private Task AdvanceUntilAsync(Func<bool> condition) => _time.AdvanceUntilAsync(condition, TimeSpan.FromMilliseconds(300));

    private Task<PingMesh> CreateAsync(PingMesh mesh) => _manager.CreateAsync(mesh, null, Token);

    private async Task<PingMeshManager> StartAsync()
    {
        var manager = new PingMeshManager(_graph, _agents, _store, _time, NullLogger<PingMeshManager>.Instance);
        await manager.StartAsync(Token);
        return manager;
    }

    private void Put(string name, int number, string host = "host1", string? address = null, string[]? flags = null)
    {
        string key = address?.Contains(':', StringComparison.Ordinal) == true ? "IPV6" : "IPV4";
        _graph.Write(transaction => transaction.Put(Make.Node(name, host: host, more:
        [
            ("IfIndex", number), ("EncapType", "ether"), ("MAC", $"02:00:00:00:00:{number:00}"), (key, MetadataValue.List([address ?? $"10.0.0.{number}/24"])),
            ("LinkFlags", MetadataValue.List([.. (flags ?? ["UP"]).Select(static flag => (MetadataValue)flag)])),
        ])));
    }

    private void Show(string node, string id) => _graph.Write(transaction => transaction.Set(
        transaction.FindNode(node)!, "PingMeshes", MetadataValue.List([new MetadataBuilder().Set("ID", id).Build()])));
}
