using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.Tests.WebSockets;

/// <summary>Programs that publish nodes and edges, over real connections.</summary>
public sealed class PublisherTests : IAsyncLifetime
{
    private TestHost _host = null!;

    private LiveGraph Graph => _host.Analyzer.Graph;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(static options => options with
    {
        WebSockets = new() { MaximumElementBytes = 200_000, MaximumPublisherMessageBytes = 4 << 20, MaximumElements = 5000 },
    });

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Publish_ElementsComeChangeAndGo()
    {
        using var client = await _host.PublishAsync();
        Assert.Equal(["analyzer"], client.ResponseHeaders["X-Service-Type"]);
        Assert.True(_host.Analyzer.GetStatus().Publishers["me"].IsConnected);

        await client.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeAdded, Make.Node("a")));
        await client.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeAdded, Make.Node("b")));
        await client.SendAsync(MessageWriter.WriteElement(MessageTypes.EdgeAdded, Make.Edge("e", "a", "b")));
        await Wait.UntilAsync(() => Graph.Current.EdgeCount == 1);
        Assert.Equal(["test.me", "test.me"], Graph.Current.GetNodes().Select(static node => node.Origin));
        Assert.Equal("host1", Graph.Current.FindNode("a")!.Host);

        await client.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeUpdated, Make.Node("a", revision: 2, more: ("State", "UP"))));
        await client.SendAsync(MessageWriter.WritePartialUpdate(
            Make.Node("b", revision: 2), [new MetadataOperation { Type = MetadataOperation.Add, Key = "x.y", Value = 1 }], isTransient: false));
        await client.SendAsync(MessageWriter.WriteElement(MessageTypes.EdgeDeleted, Make.Edge("e", "a", "b")));
        await client.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeDeleted, Make.Node("c")));
        await Wait.UntilAsync(() => Graph.Current.EdgeCount == 0);
        Assert.Equal("UP", Graph.Current.FindNode("a")!.GetText("State"));
        Assert.Equal(1, Graph.Current.FindNode("b")!.Metadata["x"].AsMap!["y"]);
        Assert.Equal(0, _host.Analyzer.GetStatus().Publishers["me"].Refused);
    }

    [Theory]
    [InlineData("NodeAdded", """{"ID":"x","Metadata":{"Name":"x"}}""")]
    [InlineData("NodeAdded", """{"ID":"x","Metadata":{"Type":"device"}}""")]
    [InlineData("NodeAdded", """{"ID":"x","Metadata":{"Name":7,"Type":"device"}}""")]
    [InlineData("NodeAdded", """{"ID":"x","Metadata":{"Name":"x","Type":"netns"}}""")]
    [InlineData("NodeAdded", """{"ID":"x","Metadata":{"Name":"x","Type":"ovsport"}}""")]
    [InlineData("NodeAdded", """{"Metadata":{"Name":"x","Type":"device"}}""")]
    [InlineData("NodeAdded", "[]")]
    [InlineData("NodeUpdated", """{"ID":"x"}""")]
    [InlineData("EdgeAdded", """{"ID":"x","Parent":"a","Child":"a"}""")]
    [InlineData("EdgeAdded", """{"ID":"x","Parent":"a","Metadata":{"RelationType":"layer2"}}""")]
    [InlineData("EdgeAdded", """{"ID":"x","Parent":"a","Child":"none","Metadata":{"RelationType":"layer2"}}""")]
    [InlineData("NodePartiallyUpdated", """{"ID":"a","UpdatedAt":9,"Revision":9,"Ops":[{"Type":0,"Key":"K","Value":"v"}]}""")]
    [InlineData("NodePartiallyUpdated", """{"ID":"none","UpdatedAt":9,"Revision":9,"Ops":[]}""")]
    [InlineData("Sync", "7")]
    public async Task Publish_NotValid_IsLeftOutAndCountedAndTheConnectionStays(string type, string obj)
    {
        using var client = await _host.PublishAsync();
        await client.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeAdded, Make.Node("a")));

        await client.SendAsync($$"""{"Namespace":"Graph","Type":"{{type}}","UUID":"u","Status":200,"Obj":{{obj}}}""");
        await client.SendAsync("no message at all");
        await client.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeAdded, Make.Node("b")));

        await Wait.UntilAsync(() => Graph.Current.FindNode("b") is not null);
        Assert.Equal(2, Graph.Current.NodeCount);
        Assert.Equal(0, Graph.Current.EdgeCount);
        Assert.Equal(1, Graph.Current.FindNode("a")!.Revision);
        Assert.Equal(2, _host.Analyzer.GetStatus().Publishers["me"].Refused);
    }

    [Fact]
    public async Task Sync_ReplacesWhatThisOriginHasAndNothingElse()
    {
        Graph.Write(static transaction => transaction.AddNode(Make.Node("agents")));
        using var client = await _host.PublishAsync();
        await client.SendAsync(MessageWriter.WriteSync(MessageTypes.Sync, "u", [Make.Node("a"), Make.Node("b")], [Make.Edge("e", "a", "agents")]));
        await Wait.UntilAsync(() => Graph.Current.EdgeCount == 1);

        await client.SendAsync(
            """{"Obj":{"Edges":null,"More":[1],"Nodes":[{"ID":"b","Metadata":{"Name":"b","Type":"t"}},{"ID":"bad"},{"ID":"agents","Metadata":{"Name":"x","Type":"t"}}]},"Type":"Sync","Namespace":"Graph"}""");

        await Wait.UntilAsync(() => Graph.Current.FindNode("a") is null);
        Assert.Equal(["agents", "b"], Graph.Current.GetNodes().Select(static node => node.Id).Order(StringComparer.Ordinal));
        Assert.Equal(("agent.host1", "agents"), (Graph.Current.FindNode("agents")!.Origin, Graph.Current.FindNode("agents")!.Name));
        Assert.True(Graph.Current.FindNode("b")!.CreatedAt > 0, "a node without times appeared in 1970");
        Assert.Equal(0, Graph.Current.EdgeCount);
        Assert.Equal(1, _host.Analyzer.GetStatus().Publishers["me"].Refused);
    }

    [Theory]
    [InlineData("DeleteOnDisconnect", true)]
    [InlineData("DeleteOnDisconnect", false)]
    [InlineData("Persistent", true)]
    [InlineData(null, false)]
    public async Task Disconnect_ThePolicyDecidesWhatStays(string? policy, bool orderly)
    {
        (string, string)[] headers = policy is null ? [] : [("X-Persistence-Policy", policy)];
        using (var client = await _host.PublishAsync(headers: headers))
        {
            await client.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeAdded, Make.Node("a")));
            await Wait.UntilAsync(() => Graph.Current.NodeCount == 1);
            if (orderly)
            {
                // The last word counts, too.
                await client.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeAdded, Make.Node("b")));
                await client.CloseAsync();
            }
            else
            {
                client.Break();
            }
        }

        await Wait.UntilAsync(() => _host.Analyzer.GetStatus().Publishers.Count == 0);
        Assert.Equal(policy == "DeleteOnDisconnect" ? 0 : orderly ? 2 : 1, Graph.Current.NodeCount);
    }

    [Theory]
    [InlineData("X-Host-ID", "taken", "409")]
    [InlineData("X-Client-Type", "agent", "400")]
    [InlineData("X-Persistence-Policy", "zzz", "400")]
    public async Task Connect_CannotBeServed_IsRefused(string header, string value, string status)
    {
        using var taken = await _host.PublishAsync("taken");
        (string, string)[] headers = [("X-Host-ID", "me"), ("X-Client-Type", "test")];
        headers = [.. headers.Where(pair => pair.Item1 != header), (header, value)];

        foreach (string path in new[] { "/ws/publisher", "/ws/pubsub" })
        {
            var e = await Assert.ThrowsAsync<WebSocketException>(() => TestClient.ConnectAsync(_host.Http.BaseAddress!, path, headers));
            Assert.Contains(status, e.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["taken"], _host.Analyzer.GetStatus().Publishers.Keys);
        Assert.Empty(_host.Analyzer.GetStatus().Subscribers);
    }

    [Theory]
    [InlineData("element", WebSocketCloseStatus.MessageTooBig)]
    [InlineData("message", WebSocketCloseStatus.MessageTooBig)]
    [InlineData("count", WebSocketCloseStatus.PolicyViolation)]
    public async Task Publish_MoreThanAllowed_EndsTheConnectionWithTheReason(string what, WebSocketCloseStatus status)
    {
        using var client = await _host.PublishAsync();
        var (count, length) = what switch
        {
            "element" => (1, 3 << 20),
            "message" => (80, 100_000),
            _ => (6000, 1),
        };
        string element = string.Join(',', Enumerable.Range(0, count).Select(i =>
            """{"ID":"#","Metadata":{"Type":"t","Name":"*"}}""".Replace("#", $"{i}", StringComparison.Ordinal).Replace("*", new string('n', length), StringComparison.Ordinal)));

        // The other side may close before all is sent.
        await client.TrySendAsync(Encoding.UTF8.GetBytes("""{"Namespace":"Graph","Type":"Sync","Obj":{"Nodes":[""" + element + "]}}"));

        Assert.Null(await client.TryReceiveAsync());
        Assert.True(client.CloseStatus is null || client.CloseStatus == status, $"{client.CloseStatus}");
        await Wait.UntilAsync(() => _host.Analyzer.GetStatus().Publishers.Count == 0);
        Assert.Equal(0, Graph.Current.NodeCount);
        Assert.False(_host.Analyzer.Completion.IsCompleted);
    }

    [Fact]
    public async Task SyncRequest_IsAnsweredWithAllThatWasPublishedBefore()
    {
        Graph.Write(static transaction => transaction.AddNode(Make.Node("agents")));
        foreach (string path in new[] { "/ws/publisher", "/ws/pubsub" })
        {
            // The nodes of the client before go with it, of which this one is not to hear.
            await Wait.UntilAsync(() => Graph.Current.GetNodes().Count() == 1);
            using var client = await _host.PublishAsync("me" + path.Length, path, ("X-Persistence-Policy", "DeleteOnDisconnect"));
            for (int round = 1; round <= 20; round++)
            {
                await client.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeAdded, Make.Node($"n{path.Length}-{round}")));
                await client.RequestSyncAsync("u" + round);

                var graph = await client.ReceiveAsync(MessageTypes.SyncReply, ContractsJsonContext.Default.SubGraph);

                Assert.Equal(round, graph.Nodes.Count(node => node.Origin == $"test.me{path.Length}"));
                Assert.Contains(graph.Nodes, static node => node.Id == "agents");
            }
        }
    }

    [Theory]
    [InlineData(null)]
    [InlineData("G.V().SubGraph()")]
    public async Task PubSub_HearsOfOthersAndNotOfItself(string? filter)
    {
        (string, string)[] headers = filter is null ? [] : [("X-Gremlin-Filter", filter)];
        using var client = await _host.PublishAsync("both", "/ws/pubsub", headers);
        using var other = await _host.PublishAsync("other");
        Assert.Contains("both", _host.Analyzer.GetStatus().Subscribers.Keys);
        Assert.Contains("both", _host.Analyzer.GetStatus().Publishers.Keys);

        for (int i = 0; i < 20; i++)
        {
            await client.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeAdded, Make.Node("own" + i)));
            await other.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeAdded, Make.Node("others" + i)));
            Assert.Equal("others" + i, (await client.ReceiveAsync(MessageTypes.NodeAdded, ContractsJsonContext.Default.Node)).Id);
        }

        await Wait.UntilAsync(() => Graph.Current.NodeCount == 40);
    }

    [Fact]
    public async Task Publish_ManyMessagesAtOnce_AllComeInOrder()
    {
        const int Count = 3000;
        using var subscriber = await _host.SubscribeAsync();
        using var client = await _host.PublishAsync();
        for (int i = 0; i < Count; i++)
        {
            await client.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeAdded, Make.Node("n" + i)));
            if (i > 0)
            {
                await client.SendAsync(MessageWriter.WriteElement(MessageTypes.EdgeAdded, Make.Edge("e" + i, "n" + (i - 1), "n" + i)));
            }

            if (i % 10 == 9)
            {
                await client.SendAsync(MessageWriter.WriteElement(MessageTypes.NodeUpdated, Make.Node("n" + i, revision: 2, more: ("MTU", i))));
            }
        }

        await Wait.UntilAsync(() => Graph.Current is { NodeCount: Count, EdgeCount: Count - 1 } && Graph.Current.FindNode("n2999")!.Revision == 2);
        Assert.Equal(0, _host.Analyzer.GetStatus().Publishers["me"].Refused);
        var seen = new HashSet<string>();
        for (int i = 0; i < Count + Count - 1 + (Count / 10); i++)
        {
            var message = await subscriber.ReceiveAsync();
            if (message.Type == MessageTypes.EdgeAdded)
            {
                var edge = message.Obj.Deserialize(ContractsJsonContext.Default.Edge)!;
                Assert.True(seen.Contains(edge.Parent) && seen.Contains(edge.Child), "an edge was told before its ends");
            }
            else
            {
                Assert.Equal(message.Type == MessageTypes.NodeAdded, seen.Add(message.Obj.GetProperty("ID").GetString()!));
            }
        }
    }

    [Fact]
    public async Task Connect_BeforeTheAnalyzerIsReady_IsRefused()
    {
        await using var host = await TestHost.StartAsync(isReady: false);

        var e = await Assert.ThrowsAsync<WebSocketException>(() => host.PublishAsync());

        Assert.Contains("503", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Rules_EachTypeOfNode_NeedsWhatSkydiveAsksFor()
    {
        Assert.Null(ElementRulesFor("device"));
        Assert.Null(ElementRulesFor("netns", ("Path", "/var/run/netns/x")));
        Assert.Null(ElementRulesFor("ovsport", ("UUID", "u")));
        Assert.Contains("Path", ElementRulesFor("netns"), StringComparison.Ordinal);
        Assert.Contains("UUID", ElementRulesFor("ovsport"), StringComparison.Ordinal);
    }

    private static string? ElementRulesFor(string type, params ReadOnlySpan<(string Key, MetadataValue Value)> more) =>
        Skydive.Analyzer.WebSockets.ElementRules.Check(Make.Node("n", type, more: more));
}
