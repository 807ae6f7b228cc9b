using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Injections;
using Skydive.Analyzer.Resources;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Injections;
using Skydive.Contracts.Metadata;
using Skydive.Graph;
using Skydive.Storage;

namespace Skydive.Analyzer.Tests.Injections;

/// <summary>Injections with an agent that writes its orders down, a graph that says how far they are, and a clock that the test moves.</summary>
public sealed class InjectionManagerTests : IAsyncLifetime
{
    private const string Pair = "G.V().Has('Name', 'a')";

    private readonly LiveGraph _graph = new("a1", "analyzer.a1");
    private readonly AgentDirectory _agents = new();
    private readonly TestStore _store = new();
    private readonly ManualTime _time = new();
    private readonly FakeAgent _agent = new("host1");
    private AgentRegistration _registration = null!;
    private InjectionManager _manager = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        foreach (var (name, number) in new[] { ("a", 1), ("b", 2) })
        {
            _graph.Write(transaction => transaction.Put(Make.Node(name, more:
            [
                ("IfIndex", number), ("EncapType", "ether"), ("MAC", $"02:00:00:00:00:0{number}"), ("IPV4", MetadataValue.List([$"10.0.0.{number}/24"])),
                ("LinkFlags", MetadataValue.List(["UP"])),
            ])));
        }

        _registration = _agents.Add(_agent, static () => Make.Status());
        _manager = await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _manager.DisposeAsync();
        _registration.Dispose();
        await _store.DisposeAsync();
    }

    [Fact]
    public async Task Create_OrdersTheAgentAndFollowsTheNode()
    {
        var created = await CreateAsync(new() { Src = Pair, DstIP = "10.0.0.2", Count = 3 });
        var (node, order) = Assert.Single(_agent.Injections);
        Assert.Equal(("a", created.UUID, "10.0.0.1", "02:00:00:00:00:02"), (node, order.UUID, order.SrcIP, order.DstMAC));
        Assert.Equal((InjectionStates.Active, 0), StateOf(created.UUID));

        Show("a", created.UUID, InjectionStates.Active, 2, isTransient: true);
        await Wait.UntilAsync(() => StateOf(created.UUID) == (InjectionStates.Active, 2));
        Show("a", created.UUID, InjectionStates.Completed, 3);
        await Wait.UntilAsync(() => StateOf(created.UUID) == (InjectionStates.Completed, 3));

        // The agent may forget it; we do not.
        await Wait.UntilAsync(() => _agent.Count($"stop injection {created.UUID} a") == 1);
        var source = Assert.Single(_manager.Find(created.UUID)!.Sources!);
        Assert.Equal(("a", "10.0.0.1", "10.0.0.2", "02:00:00:00:00:02"), (source.Name, source.SrcIP, source.DstIP, source.DstMAC));
    }

    [Fact]
    public async Task Create_Defaults_OnePacketOfIcmp()
    {
        var created = await CreateAsync(new() { Src = Pair, DstIP = "10.0.0.2" });
        Assert.Equal((InjectionTypes.IcmpV4, InjectionModes.Unique, 1L, 64), (created.Type, created.Mode, created.Count, (int)created.TTL));
        Assert.Equal(_time.GetUtcNow(), created.StartTime);
    }

    [Fact]
    public async Task Create_ManyTraces_TheOldestThatAreOverAreForgotten()
    {
        byte[] trace = new byte[20 << 20];
        var ids = new List<string>();
        for (int i = 0; i < 5; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            string id = (await CreateAsync(new() { Src = Pair, Pcap = trace })).UUID;
            Show("a", id, InjectionStates.Completed, 1);
            await Wait.UntilAsync(() => StateOf(id).State == InjectionStates.Completed);
            ids.Add(id);
        }

        Assert.Equal(ids[1..], _manager.List().Keys);
    }

    [Fact]
    public async Task Create_Fails_IsShownWithTheReason()
    {
        var created = await CreateAsync(new() { Src = Pair, DstIP = "10.0.0.2" });
        Show("a", created.UUID, InjectionStates.Failed, 0, error: "the interface is down");
        await Wait.UntilAsync(() => StateOf(created.UUID).State == InjectionStates.Failed);
        Assert.Equal("the interface is down", Assert.Single(_manager.Find(created.UUID)!.Sources!).Error);
    }

    [Fact]
    public async Task Create_AgentRefuses_NothingIsLeft()
    {
        _agent.OnOrder = static _ => throw new AgentRequestException(409, "no right to send");
        var e = await Assert.ThrowsAsync<ResourceException>(() => CreateAsync(new() { Src = "G.V()", DstIP = "10.0.0.2" }));
        Assert.Equal((409, "no right to send"), (e.Status, e.Message));
        Assert.Empty(_manager.List());
        Assert.Empty(await _store.GetResourcesAsync("injectpacket", Token));
    }

    [Fact]
    public async Task Create_AgentIsAway_IsRefused()
    {
        _registration.Dispose();
        var e = await Assert.ThrowsAsync<ResourceException>(() => CreateAsync(new() { Src = Pair, DstIP = "10.0.0.2" }));
        Assert.Equal((503, "the agent of host1 is not connected"), (e.Status, e.Message));
    }

    [Fact]
    public async Task Delete_LongRunning_StopsAtEverySource()
    {
        var created = await CreateAsync(new() { Src = "G.V()", DstIP = "10.0.0.9", DstMAC = "02:00:00:00:00:09", Count = 1_000_000, Interval = 1000 });
        Assert.Equal(2, _agent.Injections.Count);

        Assert.True(await _manager.DeleteAsync(created.UUID, Token));

        Assert.Equal((1, 1), (_agent.Count($"stop injection {created.UUID} a"), _agent.Count($"stop injection {created.UUID} b")));
        Assert.Null(_manager.Find(created.UUID));
        Assert.False(await _manager.DeleteAsync(created.UUID, Token));
    }

    [Fact]
    public async Task Delete_WhileTheAgentDidNotAnswer_StopsWhenTheNodeShowsIt()
    {
        var created = await CreateAsync(new() { Src = Pair, DstIP = "10.0.0.2", Count = 1_000_000, Interval = 1000 });
        _agent.OnOrder = static _ => throw new AgentRequestException(504, "gone");
        await _manager.DeleteAsync(created.UUID, Token);
        _agent.OnOrder = static _ => Task.CompletedTask;
        int before = _agent.Count($"stop injection {created.UUID} a");

        Show("a", created.UUID, InjectionStates.Active, 5);

        await Wait.UntilAsync(() => _agent.Count($"stop injection {created.UUID} a") > before);
    }

    [Fact]
    public async Task TimeToLive_IsOver_Ends()
    {
        var created = await _manager.CreateAsync(new() { Src = Pair, DstIP = "10.0.0.2", Count = 1_000_000, Interval = 1000 }, TimeSpan.FromSeconds(30), Token);
        await Wait.UntilAsync(() =>
        {
            _time.Advance(TimeSpan.FromSeconds(10));
            return _manager.Find(created.UUID) is null;
        });
        Assert.Equal(1, _agent.Count($"stop injection {created.UUID} a"));
    }

    [Fact]
    public async Task Node_Goes_SourceHasFailed()
    {
        var created = await CreateAsync(new() { Src = Pair, DstIP = "10.0.0.2", Count = 100, Interval = 1000 });
        Show("a", created.UUID, InjectionStates.Active, 1);
        await Wait.UntilAsync(() => StateOf(created.UUID) == (InjectionStates.Active, 1));
        _graph.Write(static transaction => transaction.DeleteNode("a"));
        await Wait.UntilAsync(() => StateOf(created.UUID) == (InjectionStates.Failed, 1));
    }

    [Fact]
    public async Task Service_StartsAgain_WhatWasSentIsKnownAndTheRestInterrupted()
    {
        var over = await CreateAsync(new() { Src = Pair, DstIP = "10.0.0.2", Count = 3 });
        Show("a", over.UUID, InjectionStates.Completed, 3);
        await Wait.UntilAsync(() => StateOf(over.UUID) == (InjectionStates.Completed, 3));
        var running = await CreateAsync(new() { Src = Pair, DstIP = "10.0.0.2", Count = 100, Interval = 1000 });
        await Wait.UntilAsync(() => _store.GetResourcesAsync("injectpacket", Token).Result.Any(resource => resource.Id == over.UUID && resource.Json.Contains("completed", StringComparison.Ordinal)));
        await _manager.DisposeAsync();
        _graph.Write(static transaction => transaction.Remove(transaction.FindNode("a")!, "PacketInjections"));

        _manager = await StartAsync();

        Assert.Equal((InjectionStates.Completed, 3), StateOf(over.UUID));
        Assert.Equal((InjectionStates.Interrupted, 0), StateOf(running.UUID));

        // An agent that has gone on says so when it is connected again.
        Show("a", running.UUID, InjectionStates.Active, 42);
        await Wait.UntilAsync(() => StateOf(running.UUID) == (InjectionStates.Active, 42));
    }

    [Fact]
    public async Task Agent_StartsAgainWithoutIt_IsInterrupted()
    {
        var created = await CreateAsync(new() { Src = Pair, DstIP = "10.0.0.2", Count = 100, Interval = 1000 });
        _registration.Dispose();
        _registration = _agents.Add(_agent, static () => Make.Status());
        await Wait.UntilAsync(() => StateOf(created.UUID).State == InjectionStates.Interrupted);
    }

    private Task<Injection> CreateAsync(Injection injection) => _manager.CreateAsync(injection, null, Token);

    private async Task<InjectionManager> StartAsync()
    {
        var manager = new InjectionManager(_graph, _agents, _store, _time, NullLogger<InjectionManager>.Instance);
        await manager.StartAsync(Token);
        return manager;
    }

    private (string? State, long Packets) StateOf(string id) => _manager.Find(id) is { } injection ? (injection.State, injection.PacketCount ?? -1) : default;

    /// <summary>Writes the list of a node as its agent does.</summary>
    private void Show(string node, string id, string state, long packets, bool isTransient = false, string? error = null) => _graph.Write(
        transaction => transaction.Set(
            transaction.FindNode(node)!,
            "PacketInjections",
            MetadataValue.List([new MetadataBuilder().Set("ID", id).Set("State", state).Set("PacketCount", packets).SetIfNotNull("Error", error).Build()])),
        isTransient);
}
