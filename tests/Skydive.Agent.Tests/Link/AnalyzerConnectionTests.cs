using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Link;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Agents;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Flows.Encoding;
using Skydive.Graph;

namespace Skydive.Agent.Tests.Link;

/// <summary>What an agent tells an analyzer, and how it takes what the analyzer says.</summary>
public sealed class AnalyzerConnectionTests : IAsyncLifetime
{
    private readonly LiveGraph _graph = new("lab", "agent.lab");
    private readonly FakeAgentLink _link = new();
    private TestAnalyzer _analyzer = null!;
    private AnalyzerConnection _connection = null!;

    public async ValueTask InitializeAsync()
    {
        _graph.Write(static transaction =>
        {
            transaction.AddNode("host", MetadataMap.Create(("Name", "lab"), ("Type", "host")));
            transaction.AddNode("eth0", MetadataMap.Create(("Name", "eth0"), ("Type", "device"), ("MTU", 1500)));
            transaction.SetOwner("host", "eth0");
        });
        _analyzer = await TestAnalyzer.StartAsync();
        _connection = new(_analyzer.Address, _graph, _link, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), NullLogger<AnalyzerConnection>.Instance);
    }

    public async ValueTask DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _analyzer.DisposeAsync();
    }

    [Fact]
    public async Task Connect_SaysWhoItIsAndSendsTheWholeGraphFirst()
    {
        var connection = await _analyzer.AcceptAsync();

        Assert.Equal("/ws/agent/topology", connection.Path);
        Assert.Equal("lab", connection.Headers[WebSocketHeaders.HostId]);
        Assert.Equal("agent", connection.Headers[WebSocketHeaders.ClientType]);
        var graph = await ReceiveGraphAsync(connection);
        Assert.Equal(["host", "eth0"], graph.Nodes.Select(static node => node.Id));
        Assert.Single(graph.Edges);
        Assert.True(_connection.Status.IsConnected);
        Assert.Equal("the-analyzer", _connection.Status.RemoteHost);
    }

    [Fact]
    public async Task Change_EachKind_IsSentInOrder()
    {
        var connection = await _analyzer.AcceptAsync();
        await ReceiveGraphAsync(connection);

        _graph.Write(static transaction =>
        {
            transaction.AddNode("v1", MetadataMap.Create(("Name", "v1"), ("Type", "veth")));
            transaction.SetOwner("host", "v1");
            transaction.SetMetadata(transaction.FindNode("eth0")!, MetadataMap.Create(("Name", "eth0"), ("Type", "device"), ("State", "UP")));
        });
        _graph.Write(static transaction => transaction.DeleteNode("v1"));

        Assert.Equal("v1", (await ReceiveAsync(connection, MessageTypes.NodeAdded, ContractsJsonContext.Default.Node)).Id);
        var edge = await ReceiveAsync(connection, MessageTypes.EdgeAdded, ContractsJsonContext.Default.Edge);
        Assert.Equal(("host", "v1"), (edge.Parent, edge.Child));
        var update = await ReceiveAsync(connection, MessageTypes.NodePartiallyUpdated, ContractsJsonContext.Default.PartialUpdate);
        Assert.Equal(("eth0", 2L), (update.ID, update.Revision));
        Assert.Equal(
            [(MetadataOperation.Add, "State", (MetadataValue)"UP"), (MetadataOperation.Delete, "MTU", default)],
            update.Ops.Select(static operation => (operation.Type, operation.Key, operation.Value)));
        Assert.Equal(edge.Id, (await ReceiveAsync(connection, MessageTypes.EdgeDeleted, ContractsJsonContext.Default.Edge)).Id);
        var deleted = await ReceiveAsync(connection, MessageTypes.NodeDeleted, ContractsJsonContext.Default.Node);
        Assert.Equal("v1", deleted.Id);
        Assert.NotNull(deleted.DeletedAt);
    }

    [Fact]
    public async Task Change_OnlyOfCountersThatTick_IsMarked()
    {
        var connection = await _analyzer.AcceptAsync();
        await ReceiveGraphAsync(connection);

        _graph.Write(static transaction => transaction.Set(transaction.FindNode("eth0")!, "Ticks", 1), isTransient: true);
        _graph.Write(static transaction => transaction.Set(transaction.FindNode("eth0")!, "MTU", 1400));

        Assert.True((await ReceiveAsync(connection, MessageTypes.NodePartiallyUpdated, ContractsJsonContext.Default.PartialUpdate)).Transient);
        Assert.False((await ReceiveAsync(connection, MessageTypes.NodePartiallyUpdated, ContractsJsonContext.Default.PartialUpdate)).Transient);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Disconnected_ComesBackWithTheWholeGraph(bool orderly)
    {
        var first = await _analyzer.AcceptAsync();
        await ReceiveGraphAsync(first);
        if (orderly)
        {
            await first.CloseAsync();
        }
        else
        {
            first.Break();
        }

        _graph.Write(static transaction => transaction.AddNode("new", MetadataMap.Create(("Name", "new"), ("Type", "bridge"))));

        var graph = await ReceiveGraphAsync(await _analyzer.AcceptAsync());
        Assert.Contains(graph.Nodes, static node => node.Id == "new");
    }

    [Fact]
    public async Task Refused_TriesAgain()
    {
        (await _analyzer.AcceptAsync()).Break();
        await _connection.DisposeAsync();
        _analyzer.Refusals = 2;
        _connection = new(_analyzer.Address, _graph, _link, TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), NullLogger<AnalyzerConnection>.Instance);

        await ReceiveGraphAsync(await _analyzer.AcceptAsync());

        Assert.Equal(0, _analyzer.Refusals);
    }

    [Fact]
    public async Task Order_StartAndStop_AreCarriedOutAndAnswered()
    {
        var connection = await _analyzer.AcceptAsync();
        await ReceiveGraphAsync(connection);
        await connection.SendAsync(Order(MessageTypes.Start, "u1", "c1"));
        await connection.SendAsync(Order(MessageTypes.Stop, "u2", "c1"));

        var started = await connection.ReceiveAsync(MessageTypes.StartReply);
        Assert.Equal((MessageNamespaces.OnDemandCapture, "u1", 200), (started.Namespace, started.UUID, started.Status));
        Assert.Equal("eth0", started.Obj.GetProperty("NodeID").GetString());
        var stopped = await connection.ReceiveAsync(MessageTypes.StopReply);
        Assert.Equal(("u2", 200), (stopped.UUID, stopped.Status));
        Assert.Equal(["start c1 at eth0", "stop c1 at eth0"], _link.Orders);
    }

    [Fact]
    public async Task Order_Fails_IsAnsweredWithTheReason()
    {
        var connection = await _analyzer.AcceptAsync();
        await ReceiveGraphAsync(connection);

        _link.Failure = static () => new AgentRequestException(404, "no such node");
        await connection.SendAsync(Order(MessageTypes.Start, "u1", "c1"));
        var refused = await connection.ReceiveAsync(MessageTypes.StartReply);
        Assert.Equal(404, refused.Status);
        Assert.Equal("no such node", refused.Obj.GetProperty("Error").GetString());

        _link.Failure = static () => new InvalidOperationException("a fault of ours");
        await connection.SendAsync(Order(MessageTypes.Stop, "u2", "c1"));
        Assert.Equal(500, (await connection.ReceiveAsync(MessageTypes.StopReply)).Status);

        await connection.SendAsync("""{"Namespace":"OnDemandCapture","Type":"Start","UUID":"u3","Obj":{"NodeID":7}}""");
        Assert.Equal(400, (await connection.ReceiveAsync(MessageTypes.StartReply)).Status);
        await connection.SendAsync("""{"Namespace":"OnDemandCapture","Type":"Start","UUID":"u4"}""");
        Assert.Equal(400, (await connection.ReceiveAsync(MessageTypes.StartReply)).Status);
        await connection.SendAsync("""{"Namespace":"OnDemandCapture","Type":"Stop","UUID":"u5","Obj":null}""");
        Assert.Equal(400, (await connection.ReceiveAsync(MessageTypes.StopReply)).Status);
    }

    [Fact]
    public async Task Search_IsAnsweredInChunks()
    {
        _link.Search = static (search, _) => Task.FromResult<IReadOnlyList<Flow>>([MakeFlow("f1") with { NodeTID = search.NodeTIDs![0] }]);
        var connection = await _analyzer.AcceptAsync();
        await ReceiveGraphAsync(connection);

        await connection.SendAsync(Search("u1", new() { NodeTIDs = ["tid"] }));

        var reply = await connection.ReceiveAsync(MessageTypes.TableReply);
        Assert.Equal(("u1", 200), (reply.UUID, reply.Status));
        var flows = reply.Obj.Deserialize(ContractsJsonContext.Default.FlowSearchReply)!.Flows!;
        Assert.Equal("tid", Assert.Single(FlowChunk.Decode(Assert.Single(flows))).NodeTID);
    }

    [Fact]
    public async Task Search_TakesLong_HoldsUpNeitherOrdersNorChanges()
    {
        var answer = new TaskCompletionSource<IReadOnlyList<Flow>>();
        _link.Search = (_, token) => answer.Task.WaitAsync(token);
        var connection = await _analyzer.AcceptAsync();
        await ReceiveGraphAsync(connection);

        await connection.SendAsync(Search("u1", new()));
        await connection.SendAsync(Order(MessageTypes.Start, "u2", "c1"));
        await connection.ReceiveAsync(MessageTypes.StartReply);
        _graph.Write(static transaction => transaction.AddNode("new", MetadataMap.Create(("Name", "new"), ("Type", "bridge"))));
        await connection.ReceiveAsync(MessageTypes.NodeAdded);

        answer.SetResult([]);
        Assert.Equal("u1", (await connection.ReceiveAsync(MessageTypes.TableReply)).UUID);
    }

    [Fact]
    public async Task Search_Fails_IsAnsweredWithTheReason()
    {
        _link.Search = static (_, _) => throw new ArgumentException("what a question");
        var connection = await _analyzer.AcceptAsync();
        await ReceiveGraphAsync(connection);

        await connection.SendAsync(Search("u1", new()));
        var reply = await connection.ReceiveAsync(MessageTypes.TableReply);
        Assert.Equal(500, reply.Status);
        Assert.Equal("what a question", reply.Obj.GetProperty("Error").GetString());

        await connection.SendAsync("""{"Namespace":"Flow","Type":"TableQuery","UUID":"u2","Obj":{"Limit":"many"}}""");
        Assert.Equal(400, (await connection.ReceiveAsync(MessageTypes.TableReply)).Status);
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("[1,2,3]")]
    [InlineData("""{"Namespace":null,"Type":"Start"}""")]
    [InlineData("""{"Namespace":"Graph","Type":7}""")]
    public async Task Garbage_IsAnsweredByANewConnection(string text)
    {
        var connection = await _analyzer.AcceptAsync();
        await ReceiveGraphAsync(connection);

        await connection.SendAsync(text);

        Assert.Null(await connection.ReceiveRawAsync());
        connection.Break();
        await ReceiveGraphAsync(await _analyzer.AcceptAsync());
        Assert.False(_connection.Completion.IsCompleted);
    }

    [Fact]
    public async Task UnknownMessage_IsLeftAside()
    {
        var connection = await _analyzer.AcceptAsync();
        await ReceiveGraphAsync(connection);

        await connection.SendAsync("""{"Namespace":"Future","Type":"Thing","UUID":"u0","Obj":{}}""");
        await connection.SendAsync(Order(MessageTypes.Start, "u1", "c1"));

        Assert.Equal("u1", (await connection.ReceiveAsync(MessageTypes.StartReply)).UUID);
    }

    [Fact]
    public async Task Dispose_EndsTheConnection()
    {
        var connection = await _analyzer.AcceptAsync();
        await ReceiveGraphAsync(connection);

        await _connection.DisposeAsync();
        await _connection.DisposeAsync();

        Assert.Null(await connection.ReceiveRawAsync());
        connection.Break();
        Assert.True(_connection.Completion.IsCompletedSuccessfully);
        Assert.False(_connection.Status.IsConnected);
    }

    [Theory]
    [InlineData(0, true, 500)]
    [InlineData(3, false, 4000)]
    [InlineData(40, true, 30000)]
    [InlineData(40, false, 5000)]
    public void Pause_GrowsToABound(int failures, bool wasReached, double longest)
    {
        for (int i = 0; i < 100; i++)
        {
            Assert.InRange(AnalyzerSocket.Pause(failures, wasReached).TotalMilliseconds, longest / 2, longest);
        }
    }

    internal static Flow MakeFlow(string uuid) => new()
    {
        UUID = uuid,
        LayersPath = "Ethernet/IPv4/TCP",
        Application = "TCP",
        Metric = new() { ABPackets = 1, ABBytes = 60, Start = 1000, Last = 2000 },
        Start = 1000,
        Last = 2000,
    };

    private static ReadOnlyMemory<byte> Order(string type, string uuid, string capture) => MessageWriter.Write(
        MessageNamespaces.OnDemandCapture,
        type,
        uuid,
        new CaptureOrder { NodeID = "eth0", Resource = new Capture { GremlinQuery = "G.V()", UUID = capture } },
        ContractsJsonContext.Default.CaptureOrder);

    private static ReadOnlyMemory<byte> Search(string uuid, FlowSearch search) =>
        MessageWriter.Write(MessageNamespaces.Flow, MessageTypes.TableQuery, uuid, search, ContractsJsonContext.Default.FlowSearch);

    private static async Task<SubGraph> ReceiveGraphAsync(TestConnection connection) =>
        await ReceiveAsync(connection, MessageTypes.Sync, ContractsJsonContext.Default.SubGraph);

    private static async Task<T> ReceiveAsync<T>(TestConnection connection, string type, System.Text.Json.Serialization.Metadata.JsonTypeInfo<T> payload)
    {
        var message = await connection.ReceiveAsync(type);
        Assert.Equal(MessageNamespaces.Graph, message.Namespace);
        return message.Obj.Deserialize(payload)!;
    }
}
