using System.Net;
using System.Net.WebSockets;
using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.Tests.WebSockets;

/// <summary>Subscribers over real connections.</summary>
public sealed class SubscriberTests : IAsyncLifetime
{
    private TestHost _host = null!;

    private LiveGraph Graph => _host.Analyzer.Graph;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Connect_TellsWhoAnswersAndShowsInTheStatus()
    {
        using (var client = await _host.SubscribeAsync("me"))
        {
            Assert.Equal(["lab"], client.ResponseHeaders["X-Host-ID"]);
            Assert.Equal(["analyzer"], client.ResponseHeaders["X-Service-Type"]);
            var status = _host.Analyzer.GetStatus().Subscribers["me"];
            Assert.Equal(("test", true), (status.ServiceType, status.IsConnected));
            client.Break();
        }

        await Wait.UntilAsync(() => _host.Analyzer.GetStatus().Subscribers.Count == 0);
    }

    [Fact]
    public async Task Connect_ByQueryAlone_Works()
    {
        using var client = await TestClient.ConnectAsync(_host.Http.BaseAddress!, "/ws/subscriber?x-client-type=test&x-host-id=q1", []);

        await client.RequestSyncAsync("u1");

        Assert.Equal("u1", (await client.ReceiveAsync(MessageTypes.SyncReply)).UUID);
    }

    [Theory]
    [InlineData("X-Client-Protocol", "xml", 400)]
    [InlineData("X-Host-ID", "taken", 409)]
    [InlineData("X-Client-Type", "", 400)]
    public async Task Connect_CannotBeServed_IsRefusedWithTheReason(string header, string value, int status)
    {
        using var taken = await _host.SubscribeAsync("taken");
        using var request = new HttpRequestMessage(HttpMethod.Get, "/ws/subscriber");
        var headers = new Dictionary<string, string>
        {
            ["Connection"] = "Upgrade",
            ["Upgrade"] = "websocket",
            ["Sec-WebSocket-Version"] = "13",
            ["Sec-WebSocket-Key"] = "dGhlIHNhbXBsZSBub25jZQ==",
            ["X-Host-ID"] = "client",
            ["X-Client-Type"] = "test",
            [header] = value,
        };
        foreach (var (name, text) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, text);
        }

        using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.NotEmpty(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("X-Update-Policy", "zzz", "'zzz' is neither full nor partial")]
    [InlineData("X-Gremlin-Filter", "G.V(", "Invalid Gremlin filter 'G.V(' for client client")]
    [InlineData("X-Gremlin-Filter", "G.V()", "did not return a graph")]
    public async Task Connect_WantsWhatCannotBeGiven_IsClosedWithTheReason(string header, string value, string reason)
    {
        using var client = await _host.SubscribeAsync("client", (header, value));

        Assert.Null(await client.TryReceiveAsync());
        Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
        Assert.Contains(reason, client.CloseReason, StringComparison.Ordinal);
        Assert.Empty(_host.Analyzer.GetStatus().Subscribers);
    }

    [Theory]
    [InlineData("/ws/subscriber")]
    [InlineData("/ws/agent/topology")]
    [InlineData("/ws/agent/flow")]
    public async Task Connect_WithoutUpgrade_IsToldSo(string path)
    {
        using var response = await _host.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UpgradeRequired, response.StatusCode);
    }

    [Fact]
    public async Task Sync_WhileTheGraphChanges_MissesAndRepeatsNothing()
    {
        const int Rounds = 40;
        const int EventsPerRound = 10;
        using var client = await _host.SubscribeAsync();
        using var end = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 2).Select(writer => Task.Run(() => WriteAtRandom(writer, end.Token), TestContext.Current.CancellationToken)).ToArray();

        Dictionary<string, long>? mirror = null;
        int events = 0;
        await client.RequestSyncAsync("u0");
        for (int replies = 0; replies < Rounds;)
        {
            var message = await client.ReceiveAsync();
            if (message.Type == MessageTypes.SyncReply)
            {
                var graph = Revisions(message);
                Assert.True(mirror is null || (mirror.Count == graph.Count && !mirror.Except(graph).Any()), "what was told before the reply is not what the reply shows");
                Assert.Equal($"u{replies}", message.UUID);
                mirror = graph;
                events = 0;
                replies++;
            }
            else if (mirror is not null)
            {
                Apply(mirror, message);
                if (++events == EventsPerRound)
                {
                    await client.RequestSyncAsync($"u{replies}");
                }
            }
        }

        await end.CancelAsync();
        await Task.WhenAll(writers);
        await client.RequestSyncAsync("last");
        while (await client.ReceiveAsync() is var message)
        {
            if (message.Type == MessageTypes.SyncReply)
            {
                Assert.Equal(mirror, Revisions(message));
                break;
            }

            Apply(mirror!, message);
        }
    }

    [Fact]
    public async Task Update_FullPolicy_TellsTheWholeElement()
    {
        using var client = await _host.SubscribeAsync();
        Graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));
        Graph.Write(static transaction => transaction.Set(transaction.FindNode("n1")!, "MTU", 1400));

        Assert.Equal("n1", (await client.ReceiveAsync(MessageTypes.NodeAdded, ContractsJsonContext.Default.Node)).Id);
        var updated = await client.ReceiveAsync(MessageTypes.NodeUpdated, ContractsJsonContext.Default.Node);
        Assert.Equal(("veth", 2L), (updated.Type, updated.Revision));
    }

    [Fact]
    public async Task Update_PartialPolicy_TellsWhatChanged()
    {
        using var client = await _host.SubscribeAsync("client", ("X-Update-Policy", "partial"));
        Graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));
        Graph.Write(static transaction => transaction.Set(transaction.FindNode("n1")!, "MTU", 1400));

        await client.ReceiveAsync(MessageTypes.NodeAdded);
        var update = await client.ReceiveAsync(MessageTypes.NodePartiallyUpdated, ContractsJsonContext.Default.PartialUpdate);
        Assert.Equal(("n1", 2L, "MTU"), (update.ID, update.Revision, Assert.Single(update.Ops).Key));
    }

    [Fact]
    public async Task Namespace_OtherThanGraph_IsToldNoGraphEvents()
    {
        using var client = await _host.SubscribeAsync("client", ("X-Websocket-Namespace", "Flow"));
        Graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));

        await client.RequestSyncAsync("u1");

        Assert.Single((await client.ReceiveAsync(MessageTypes.SyncReply, ContractsJsonContext.Default.SubGraph)).Nodes);
    }

    [Fact]
    public async Task Filter_ElementsComeIntoViewAndLeaveIt()
    {
        using var client = await _host.SubscribeAsync("client", ("X-Gremlin-Filter", "G.V().Has('State', 'UP').SubGraph()"));
        await client.RequestSyncAsync("u1");
        Assert.Empty((await client.ReceiveAsync(MessageTypes.SyncReply, ContractsJsonContext.Default.SubGraph)).Nodes);

        Graph.Write(static transaction =>
        {
            transaction.AddNode(Make.Node("up", more: ("State", "UP")));
            transaction.AddNode(Make.Node("down"));
        });
        Assert.Equal("up", (await client.ReceiveAsync(MessageTypes.NodeAdded, ContractsJsonContext.Default.Node)).Id);

        Graph.Write(static transaction => transaction.Set(transaction.FindNode("down")!, "State", "UP"));
        Assert.Equal("down", (await client.ReceiveAsync(MessageTypes.NodeAdded, ContractsJsonContext.Default.Node)).Id);

        Graph.Write(static transaction => transaction.AddEdge(Make.Edge("e", "up", "down")));
        Assert.Equal("e", (await client.ReceiveAsync(MessageTypes.EdgeAdded, ContractsJsonContext.Default.Edge)).Id);

        Graph.Write(static transaction => transaction.Set(transaction.FindNode("up")!, "State", "DOWN"));
        Assert.Equal("e", (await client.ReceiveAsync(MessageTypes.EdgeDeleted, ContractsJsonContext.Default.Edge)).Id);
        Assert.Equal("up", (await client.ReceiveAsync(MessageTypes.NodeDeleted, ContractsJsonContext.Default.Node)).Id);
    }

    [Fact]
    public async Task SyncRequest_ChangesTheFilter()
    {
        Graph.Write(static transaction =>
        {
            transaction.AddNode(Make.Node("n1", "netns"));
            transaction.AddNode(Make.Node("v1"));
        });
        using var client = await _host.SubscribeAsync();

        await client.RequestSyncAsync("u1", """{"GremlinFilter":"G.V().Has('Type','netns').SubGraph()"}""");
        Assert.Equal("n1", Assert.Single((await client.ReceiveAsync(MessageTypes.SyncReply, ContractsJsonContext.Default.SubGraph)).Nodes).Id);

        Graph.Write(static transaction => transaction.AddNode(Make.Node("v2")));
        Graph.Write(static transaction => transaction.AddNode(Make.Node("n2", "netns")));
        Assert.Equal("n2", (await client.ReceiveAsync(MessageTypes.NodeAdded, ContractsJsonContext.Default.Node)).Id);

        await client.RequestSyncAsync("u2", """{"GremlinFilter":""}""");
        Assert.Equal(4, (await client.ReceiveAsync(MessageTypes.SyncReply, ContractsJsonContext.Default.SubGraph)).Nodes.Count);
        Graph.Write(static transaction => transaction.AddNode(Make.Node("v3")));
        Assert.Equal("v3", (await client.ReceiveAsync(MessageTypes.NodeAdded, ContractsJsonContext.Default.Node)).Id);
    }

    [Theory]
    [InlineData("""{"GremlinFilter":"G.V("}""", "Invalid Gremlin filter 'G.V(' for client client")]
    [InlineData("""{"GremlinFilter":"G.V()"}""", "Gremlin query 'G.V()' did not return a graph")]
    [InlineData("""{"Time":"noon"}""", "")]
    public async Task SyncRequest_Wrong_IsAnsweredAndTheConnectionStays(string obj, string start)
    {
        using var client = await _host.SubscribeAsync();

        await client.RequestSyncAsync("u1", obj);
        var reply = await client.ReceiveAsync(MessageTypes.SyncReply);
        Assert.Equal(("u1", 400), (reply.UUID, reply.Status));
        Assert.StartsWith(start, reply.Obj.GetString(), StringComparison.Ordinal);

        await client.RequestSyncAsync("u2");
        Assert.Equal(200, (await client.ReceiveAsync(MessageTypes.SyncReply)).Status);
    }

    [Fact]
    public async Task SyncRequest_WithTime_IsAnsweredFromHistory()
    {
        Graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));
        long then = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await Wait.UntilAsync(() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() > then);
        Graph.Write(static transaction => transaction.DeleteNode("n1"));
        using var client = await _host.SubscribeAsync();

        await client.RequestSyncAsync("u1", $$"""{"Time":{{then}}}""");

        Assert.Equal("n1", Assert.Single((await client.ReceiveAsync(MessageTypes.SyncReply, ContractsJsonContext.Default.SubGraph)).Nodes).Id);
    }

    [Theory]
    [InlineData("notastruct")]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("""{"Namespace":"Graph","Type":"Nope","UUID":"x","Status":200,"Obj":{}}""")]
    public async Task Garbage_HasNoAnswerAndTheConnectionStays(string text)
    {
        using var client = await _host.SubscribeAsync();

        await client.SendAsync(text);
        await client.RequestSyncAsync("u1");

        Assert.Equal("u1", (await client.ReceiveAsync(MessageTypes.SyncReply)).UUID);
    }

    [Fact]
    public async Task TooLarge_EndsTheConnection()
    {
        using var client = await _host.SubscribeAsync();

        await client.SendAsync(new string(' ', 100 * 1024));

        Assert.Null(await client.TryReceiveAsync());
    }

    [Fact]
    public async Task SlowClient_IsResynchronisedAndNotBufferedWithoutBound()
    {
        await _host.DisposeAsync();
        _host = await TestHost.StartAsync(static options => options with { WebSockets = new() { QueueSize = 8, WriteTimeout = TimeSpan.FromSeconds(30) } });
        using var client = await _host.SubscribeAsync("slow");
        string text = new('x', 256 * 1024);

        // Far more than what lies between the two: the client does not read until all is written.
        for (int i = 0; i < 200; i++)
        {
            string id = $"n{i}";
            Graph.Write(transaction =>
            {
                transaction.AddNode(Make.Node(id, more: ("Text", text)));
                transaction.DeleteNode($"n{i - 1}");
            });
        }

        await Wait.UntilAsync(() => Graph.Current.NodeCount == 1);
        var nodes = new HashSet<string>(StringComparer.Ordinal);
        int messages = 0;
        bool isResynchronised = false;
        while (!(nodes.Count == 1 && nodes.Contains("n199")))
        {
            var message = await client.ReceiveAsync();
            messages++;
            if (message.Type == MessageTypes.Sync)
            {
                isResynchronised = true;
                nodes = [.. Revisions(message).Keys];
            }
            else
            {
                _ = message.Type == MessageTypes.NodeAdded
                    ? nodes.Add(message.Obj.GetProperty("ID").GetString()!)
                    : nodes.Remove(message.Obj.GetProperty("ID").GetString()!);
            }
        }

        Assert.True(isResynchronised);
        Assert.True(messages < 390, $"{messages} messages for 399 events");
        Assert.True(_host.Analyzer.GetStatus().Subscribers["slow"].Dropped > 0);
    }

    [Fact]
    public async Task ClientTakesNothing_IsGivenUp()
    {
        await _host.DisposeAsync();
        _host = await TestHost.StartAsync(static options => options with { WebSockets = new() { QueueSize = 8, WriteTimeout = TimeSpan.FromMilliseconds(100) } });
        using var client = await _host.SubscribeAsync("stuck");
        string text = new('x', 256 * 1024);

        await Wait.UntilAsync(() =>
        {
            Graph.Write(transaction => transaction.AddNode(Make.Node(Guid.NewGuid().ToString(), more: ("Text", text))));
            return _host.Analyzer.GetStatus().Subscribers.Count == 0;
        });
    }

    [Fact]
    public async Task Stop_SaysGoodbye()
    {
        using var client = await _host.SubscribeAsync();
        await client.RequestSyncAsync("u1");
        await client.ReceiveAsync(MessageTypes.SyncReply);

        await _host.StopConnectionsAsync();

        Assert.Null(await client.TryReceiveAsync());
        Assert.Equal(WebSocketCloseStatus.EndpointUnavailable, client.CloseStatus);
    }

    private static Dictionary<string, long> Revisions(WebSocketMessage message)
    {
        var graph = message.Obj.Deserialize(ContractsJsonContext.Default.SubGraph)!;
        return graph.Nodes.Concat<GraphElement>(graph.Edges).ToDictionary(static element => element.Id, static element => element.Revision);
    }

    /// <summary>Applies an event to what a client knows; fails when it does not follow from that.</summary>
    private static void Apply(Dictionary<string, long> mirror, WebSocketMessage message)
    {
        string id = message.Obj.GetProperty("ID").GetString()!;
        long revision = message.Obj.GetProperty("Revision").GetInt64();
        switch (message.Type)
        {
            case MessageTypes.NodeAdded or MessageTypes.EdgeAdded:
                Assert.True(mirror.TryAdd(id, revision), $"{id} was added twice");
                break;
            case MessageTypes.NodeUpdated or MessageTypes.EdgeUpdated:
                Assert.Equal(mirror[id] + 1, revision);
                mirror[id] = revision;
                break;
            default:
                Assert.True(mirror.Remove(id), $"{id} was removed twice");
                break;
        }
    }

    private void WriteAtRandom(int writer, CancellationToken cancellationToken)
    {
        var random = new Random(writer);
        while (!cancellationToken.IsCancellationRequested)
        {
            string id = $"{writer}-{random.Next(20)}";
            string other = $"{writer}-{random.Next(20)}";
            Graph.Write(transaction =>
            {
                if (transaction.FindNode(id) is not { } node)
                {
                    transaction.AddNode(Make.Node(id));
                }
                else if (random.Next(4) == 0)
                {
                    transaction.DeleteNode(id);
                }
                else
                {
                    transaction.Set(node, "X", random.Next());
                }

                if (transaction.FindNode(id) is not null && transaction.FindNode(other) is not null)
                {
                    transaction.Link(id, other, RelationTypes.Layer2);
                }
            });
            Thread.Sleep(random.Next(2));
        }
    }
}
