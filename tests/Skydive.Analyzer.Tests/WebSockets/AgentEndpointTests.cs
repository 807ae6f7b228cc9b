using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Flows.Encoding;

namespace Skydive.Analyzer.Tests.WebSockets;

/// <summary>Agents of other processes, played by the test.</summary>
public sealed class AgentEndpointTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Sync_BringsTheGraphAndTheAgent()
    {
        using var agent = await _host.ConnectAgentAsync();
        Assert.Equal(["lab"], agent.ResponseHeaders["X-Host-ID"]);
        Assert.Null(_host.Analyzer.Agents.Find("host1"));

        await SyncAsync(agent, Make.Node("h", "host"), Make.Node("eth0"));

        await Wait.UntilAsync(() => _host.Analyzer.Agents.Find("host1") is not null);
        Assert.Equal(2, _host.Analyzer.Graph.Current.NodeCount);
        Assert.True(_host.Analyzer.GetStatus().Agents["host1"].IsConnected);
    }

    [Fact]
    public async Task Changes_AreTakenOver()
    {
        using var agent = await _host.ConnectAgentAsync();
        await SyncAsync(agent, Make.Node("h", "host"));

        await agent.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeAdded, Make.Node("eth0")));
        await agent.SendAsync(MessageWriter.WriteElement(MessageTypes.EdgeAdded, Make.Edge("e", "h", "eth0")));
        await agent.SendAsync(Partial("eth0", 2));
        await Wait.UntilAsync(() => _host.Analyzer.Graph.Current.FindNode("eth0")?.Revision == 2);
        Assert.NotNull(_host.Analyzer.Graph.Current.FindEdge("e"));

        await agent.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeDeleted, Make.Node("eth0")));
        await Wait.UntilAsync(() => _host.Analyzer.Graph.Current.FindNode("eth0") is null);
    }

    [Fact]
    public async Task Gone_TheGraphStaysAndTheAgentDoesNot()
    {
        using var agent = await _host.ConnectAgentAsync();
        await SyncAsync(agent, Make.Node("h", "host"));
        await Wait.UntilAsync(() => _host.Analyzer.Agents.Find("host1") is not null);
        var link = _host.Analyzer.Agents.Find("host1")!;

        agent.Break();

        await Wait.UntilAsync(() => _host.Analyzer.Agents.Find("host1") is null);
        Assert.NotNull(_host.Analyzer.Graph.Current.FindNode("h"));
        var e = await Assert.ThrowsAsync<AgentRequestException>(() => link.SearchFlowsAsync(new(), TestContext.Current.CancellationToken));
        Assert.Equal(504, e.Status);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"Namespace":"Graph","Type":"Nope","Obj":{}}""")]
    [InlineData("""{"Namespace":"Graph","Type":"NodeAdded"}""")]
    [InlineData("""{"Namespace":"Graph","Type":"NodeAdded","Obj":null}""")]
    [InlineData("""{"Namespace":"Graph","Type":"NodeAdded","Obj":{"Metadata":{}}}""")]
    [InlineData("""{"Namespace":"Graph","Type":"Sync","Obj":[]}""")]
    [InlineData("""{"Namespace":"Graph","Type":"Sync","Obj":{"Nodes":[{"ID":7}]}}""")]
    [InlineData("""{"Namespace":"Graph","Type":"NodePartiallyUpdated","Obj":{"ID":"h","UpdatedAt":9,"Revision":9,"Ops":[{"Type":0,"Key":"a","Value":1}]}}""")]
    [InlineData("""{"Namespace":"Graph","Type":"NodePartiallyUpdated","Obj":{"ID":"unknown","UpdatedAt":9,"Revision":9,"Ops":[]}}""")]
    public async Task Garbage_EndsTheConnectionAndNothingElse(string text)
    {
        using var agent = await _host.ConnectAgentAsync();
        await SyncAsync(agent, Make.Node("h", "host"));

        await agent.SendAsync(text);

        Assert.Null(await agent.TryReceiveAsync());
        await Wait.UntilAsync(() => _host.Analyzer.Agents.Find("host1") is null);
        using var next = await _host.ConnectAgentAsync();
        await SyncAsync(next, Make.Node("h", "host"), Make.Node("new"));
        await Wait.UntilAsync(() => _host.Analyzer.Graph.Current.FindNode("new") is not null);
        Assert.False(_host.Analyzer.Completion.IsCompleted);
    }

    [Fact]
    public async Task Change_BeforeTheSync_EndsTheConnection()
    {
        using var agent = await _host.ConnectAgentAsync();

        await agent.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeAdded, Make.Node("eth0")));

        Assert.Null(await agent.TryReceiveAsync());
        Assert.Equal(0, _host.Analyzer.Graph.Current.NodeCount);
    }

    [Fact]
    public async Task Reconnect_BeforeTheOldConnectionIsGivenUp_ReplacesIt()
    {
        using var old = await _host.ConnectAgentAsync();
        await SyncAsync(old, Make.Node("h", "host"));
        await Wait.UntilAsync(() => _host.Analyzer.Agents.Find("host1") is not null);
        using var now = await _host.ConnectAgentAsync();

        Assert.Null(await old.TryReceiveAsync());
        await SyncAsync(now, Make.Node("h2", "host"));
        await Wait.UntilAsync(() => _host.Analyzer.Graph.Current.FindNode("h2") is not null && _host.Analyzer.Agents.Find("host1") is not null);
        Assert.Null(_host.Analyzer.Graph.Current.FindNode("h"));

        var asking = _host.Analyzer.Agents.Find("host1")!.SearchFlowsAsync(new(), TestContext.Current.CancellationToken);
        await AnswerAsync(now, new FlowSearchReply { Flows = [] });
        Assert.Empty(await asking);
    }

    [Fact]
    public async Task Search_IsAskedAndAnswered()
    {
        using var agent = await _host.ConnectAgentAsync();
        await SyncAsync(agent, Make.Node("h", "host"));
        await Wait.UntilAsync(() => _host.Analyzer.Agents.Find("host1") is not null);

        var asking = _host.Analyzer.Agents.Find("host1")!.SearchFlowsAsync(new FlowSearch { Limit = 5 }, TestContext.Current.CancellationToken);
        var request = await AnswerAsync(agent, new FlowSearchReply { Flows = [FlowChunk.Encode([Make.Flow("f1")])] });

        Assert.Equal("f1", Assert.Single(await asking).UUID);
        Assert.Equal((MessageNamespaces.Flow, 5), (request.Namespace, request.Obj.GetProperty("Limit").GetInt32()));
    }

    [Theory]
    [InlineData("""{"Error":"no"}""", 500)]
    [InlineData("""{"Flows":["AAAA"]}""", 200)]
    [InlineData("""{"Flows":"x"}""", 200)]
    [InlineData("null", 200)]
    [InlineData("7", 400)]
    public async Task Search_AnswerIsNoGood_IsAnErrorOfTheAgent(string obj, int status)
    {
        using var agent = await _host.ConnectAgentAsync();
        await SyncAsync(agent, Make.Node("h", "host"));
        await Wait.UntilAsync(() => _host.Analyzer.Agents.Find("host1") is not null);

        var asking = _host.Analyzer.Agents.Find("host1")!.SearchFlowsAsync(new(), TestContext.Current.CancellationToken);
        var request = await agent.ReceiveAsync(MessageTypes.TableQuery);
        await agent.SendAsync($$"""{"Namespace":"Flow","Type":"TableReply","UUID":"{{request.UUID}}","Status":{{status}},"Obj":{{obj}}}""");

        await Assert.ThrowsAsync<AgentRequestException>(() => asking);
    }

    [Theory]
    [InlineData("""{"NodeID":"eth0"}""", 200, null)]
    [InlineData("""{"NodeID":"eth0","Error":"no such node"}""", 404, "no such node")]
    [InlineData("""{"NodeID":7}""", 400, "agent host1 refused with status 400")]
    [InlineData("null", 500, "agent host1 refused with status 500")]
    public async Task Order_IsGivenAndItsAnswerTaken(string obj, int status, string? error)
    {
        using var agent = await _host.ConnectAgentAsync();
        await SyncAsync(agent, Make.Node("h", "host"));
        await Wait.UntilAsync(() => _host.Analyzer.Agents.Find("host1") is not null);

        var ordering = _host.Analyzer.Agents.Find("host1")!.StartCaptureAsync("eth0", new() { GremlinQuery = "G.V()", UUID = "c1" }, TestContext.Current.CancellationToken);
        var request = await agent.ReceiveAsync(MessageTypes.Start);
        Assert.Equal("c1", request.Obj.Deserialize(ContractsJsonContext.Default.CaptureOrder)!.Resource.UUID);
        await agent.SendAsync("""{"Namespace":"OnDemandCapture","Type":"StartReply","UUID":"nobody-asked","Status":200,"Obj":{}}""");
        await agent.SendAsync($$"""{"Namespace":"OnDemandCapture","Type":"StartReply","UUID":"{{request.UUID}}","Status":{{status}},"Obj":{{obj}}}""");

        if (error is null)
        {
            await ordering;
        }
        else
        {
            var e = await Assert.ThrowsAsync<AgentRequestException>(() => ordering);
            Assert.Equal((status, error), (e.Status, e.Message));
        }
    }

    [Fact]
    public async Task Order_AgentGoesMeanwhile_EndsAtOnce()
    {
        using var agent = await _host.ConnectAgentAsync();
        await SyncAsync(agent, Make.Node("h", "host"));
        await Wait.UntilAsync(() => _host.Analyzer.Agents.Find("host1") is not null);
        var ordering = _host.Analyzer.Agents.Find("host1")!.StopCaptureAsync("eth0", "c1", TestContext.Current.CancellationToken);
        await agent.ReceiveAsync(MessageTypes.Stop);

        agent.Break();

        Assert.Equal(504, (await Assert.ThrowsAsync<AgentRequestException>(() => ordering)).Status);
    }

    [Fact]
    public async Task Flows_AreStoredThenAcknowledged()
    {
        using var agent = await _host.ConnectAgentAsync("/ws/agent/flow");
        var run = Guid.NewGuid();
        await agent.SendAsync(Flows(run, 1, "f1", "f2"), WebSocketMessageType.Binary);
        await agent.SendAsync("texts are left aside");
        await agent.SendAsync(Flows(run, 4, "f3"), WebSocketMessageType.Binary);

        await AcknowledgedAsync(agent, 4);

        Assert.Equal(3, (await _host.Store.SearchFlowsAsync(new(), TestContext.Current.CancellationToken)).Count);
        var status = _host.Analyzer.GetStatus().Flows!;
        Assert.Equal((3, 3, 0, 0, 0), (status.Received, status.Stored, status.Waiting, status.Dropped, status.Repeated));
    }

    [Fact]
    public async Task Flows_SentAgain_AreRecognised()
    {
        var run = Guid.NewGuid();
        using (var broken = await _host.ConnectAgentAsync("/ws/agent/flow"))
        {
            await broken.SendAsync(Flows(run, 1, "f1"), WebSocketMessageType.Binary);
            await broken.SendAsync(Flows(run, 2, "f2"), WebSocketMessageType.Binary);
            await Wait.UntilAsync(() => _host.Analyzer.GetStatus().Flows!.Received == 2);
            broken.Break();
        }

        using var agent = await _host.ConnectAgentAsync("/ws/agent/flow");
        await agent.SendAsync(Flows(run, 1, "f1"), WebSocketMessageType.Binary);
        await agent.SendAsync(Flows(run, 2, "f2"), WebSocketMessageType.Binary);
        await agent.SendAsync(Flows(run, 3, "f3"), WebSocketMessageType.Binary);
        await AcknowledgedAsync(agent, 3);

        var status = _host.Analyzer.GetStatus().Flows!;
        Assert.Equal((3, 3, 2), (status.Received, status.Stored, status.Repeated));
    }

    [Fact]
    public async Task Flows_SentAgainToTheNextAnalyzer_AreRecognised()
    {
        await using var store = new TestStore();
        var run = Guid.NewGuid();
        await using var first = await TestHost.StartAsync(store: store);
        using var agent = await first.ConnectAgentAsync("/ws/agent/flow");
        await agent.SendAsync(Flows(run, 7, "f1"), WebSocketMessageType.Binary);
        await AcknowledgedAsync(agent, 7);

        await using var second = await TestHost.StartAsync(store: store);
        using var back = await second.ConnectAgentAsync("/ws/agent/flow");
        await back.SendAsync(Flows(run, 7, "f1"), WebSocketMessageType.Binary);
        await AcknowledgedAsync(back, 7);
        Assert.Equal((0, 1), (second.Analyzer.GetStatus().Flows!.Received, second.Analyzer.GetStatus().Flows!.Repeated));

        // Another run begins anew.
        await back.SendAsync(Flows(Guid.NewGuid(), 1, "f2"), WebSocketMessageType.Binary);
        await Wait.UntilAsync(() => second.Analyzer.GetStatus().Flows!.Stored == 1);
    }

    [Fact]
    public async Task Flows_StoreIsSlow_AreNotAcknowledgedAndTheConnectionStays()
    {
        await using var store = new TestStore();
        await using var host = await TestHost.StartAsync(
            static options => options with
            {
                MaximumBufferedFlows = 2,
                WebSockets = options.WebSockets with { PingDelay = TimeSpan.FromMilliseconds(50), PongTimeout = TimeSpan.FromSeconds(3) },
            },
            store: store);
        var gate = new TaskCompletionSource();
        store.Gate = gate.Task;
        using var agent = await host.ConnectAgentAsync("/ws/agent/flow");
        var run = Guid.NewGuid();
        for (int i = 1; i <= 50; i++)
        {
            await agent.SendAsync(Flows(run, i, $"f{i}"), WebSocketMessageType.Binary);
        }

        // An outstanding receive answers pings; nothing else may come yet, also when the time for an answer is over.
        var receiving = agent.ReceiveAsync(MessageTypes.FlowsAcknowledged, ContractsJsonContext.Default.FlowAcknowledgement);
        await Task.Delay(4000, TestContext.Current.CancellationToken);
        Assert.False(receiving.IsCompleted);
        var waiting = host.Analyzer.GetStatus().Flows!;
        Assert.InRange(waiting.Waiting, 1, 3);
        Assert.Equal(0, waiting.Dropped);

        gate.SetResult();
        if ((await receiving).Sequence < 50)
        {
            await AcknowledgedAsync(agent, 50);
        }

        Assert.Equal((50, 50, 0), (host.Analyzer.GetStatus().Flows!.Received, host.Analyzer.GetStatus().Flows!.Stored, host.Analyzer.GetStatus().Flows!.Dropped));
    }

    [Fact]
    public async Task Flows_ThatTheStoreRefuses_AreToldAsLostAndNotAskedForAgain()
    {
        await using var store = new TestStore();
        store.Refused.Add("bad");
        await using var host = await TestHost.StartAsync(store: store);
        using var agent = await host.ConnectAgentAsync("/ws/agent/flow");
        var run = Guid.NewGuid();
        await agent.SendAsync(Flows(run, 1, "f1"), WebSocketMessageType.Binary);
        await agent.SendAsync(Flows(run, 2, "bad", "f2"), WebSocketMessageType.Binary);
        await agent.SendAsync(Flows(run, 3, "f3"), WebSocketMessageType.Binary);

        Assert.Equal([2], await AcknowledgedAsync(agent, 3));
        Assert.Equal((4, 2, 2), (host.Analyzer.GetStatus().Flows!.Received, host.Analyzer.GetStatus().Flows!.Stored, host.Analyzer.GetStatus().Flows!.Dropped));
        Assert.Equal(3, await store.GetFlowProgressAsync(run, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Flows_Garbage_EndsTheConnectionAndNothingElse()
    {
        var random = new Random(11);
        byte[] good = Flows(Guid.NewGuid(), 1, "f1");
        for (int i = 0; i < 40; i++)
        {
            using var agent = await _host.ConnectAgentAsync("/ws/agent/flow");
            byte[] bad = [.. good];
            bad[i < 20 ? random.Next(4) : random.Next(40, good.Length)] ^= 0x55;
            await agent.SendAsync(bad, WebSocketMessageType.Binary);
            Assert.Null(await agent.TryReceiveAsync());
        }

        Assert.False(_host.Analyzer.Completion.IsCompleted);
    }

    [Fact]
    public async Task Connect_BeforeTheAnalyzerIsReady_IsRefused()
    {
        await using var host = await TestHost.StartAsync(isReady: false);

        var e = await Assert.ThrowsAsync<WebSocketException>(() => host.ConnectAgentAsync());
        Assert.Contains("503", e.Message, StringComparison.Ordinal);
        using var ready = await host.Http.GetAsync(new Uri("/readyz", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);

        await host.Analyzer.StartAsync(TestContext.Current.CancellationToken);
        using var agent = await host.ConnectAgentAsync();
    }

    [Fact]
    public async Task Connect_WithoutIdentity_IsRefused()
    {
        var e = await Assert.ThrowsAsync<WebSocketException>(() => TestClient.ConnectAsync(_host.Http.BaseAddress!, "/ws/agent/topology", [("X-Client-Type", "agent")]));
        Assert.Contains("400", e.Message, StringComparison.Ordinal);
    }

    private static byte[] Flows(Guid run, long sequence, params IReadOnlyList<string> identifiers) =>
        FlowMessage.Encode(run, sequence, FlowChunk.Encode([.. identifiers.Select(static id => Make.Flow(id))]), []);

    private static async Task<IReadOnlyList<long>> AcknowledgedAsync(TestClient agent, long sequence)
    {
        var lost = new List<long>();
        while (true)
        {
            var told = await agent.ReceiveAsync(MessageTypes.FlowsAcknowledged, ContractsJsonContext.Default.FlowAcknowledgement);
            lost.AddRange(told.Lost);
            Assert.InRange(told.Sequence, 0, sequence);
            if (told.Sequence == sequence)
            {
                return lost;
            }
        }
    }

    private static Task SyncAsync(TestClient agent, params Node[] nodes) => agent.SendAsync(MessageWriter.WriteSync(MessageTypes.Sync, "s", nodes, []));

    private static ReadOnlyMemory<byte> Partial(string id, long revision) => MessageWriter.Write(
        MessageNamespaces.Graph,
        MessageTypes.NodePartiallyUpdated,
        "p",
        new PartialUpdate { ID = id, Revision = revision, UpdatedAt = 5000, Ops = [new MetadataOperation { Type = MetadataOperation.Add, Key = "State", Value = "UP" }] },
        ContractsJsonContext.Default.PartialUpdate);

    private static async Task<WebSocketMessage> AnswerAsync(TestClient agent, FlowSearchReply reply)
    {
        var request = await agent.ReceiveAsync(MessageTypes.TableQuery);
        await agent.SendAsync(MessageWriter.Write(MessageNamespaces.Flow, MessageTypes.TableReply, request.UUID, reply, ContractsJsonContext.Default.FlowSearchReply));
        return request;
    }
}
