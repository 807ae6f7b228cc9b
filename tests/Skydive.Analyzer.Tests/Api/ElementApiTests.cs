using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Hub;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;
using Skydive.Storage;

namespace Skydive.Analyzer.Tests.Api;

/// <summary><c>/api/node</c> and <c>/api/edge</c>: what Skydive's own tests ask of them, and what becomes of agents that tell of the same elements.</summary>
public sealed class ElementApiTests : IAsyncLifetime
{
    private const string NodeBody = """{"ID":"n1","Metadata":{"Name":"n1","Type":"device","TID":"t1"}}""";

    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("""{"Metadata":{"Name":"n","Type":"device"}}""", "ID: String length must be greater than or equal to 1")]
    [InlineData("""{"ID":7,"Metadata":{"Name":"n","Type":"device"}}""", "ID: Invalid type. Expected: string")]
    [InlineData("""{"ID":"n","Metadata":{"Type":"device"}}""", "Metadata: Name is required")]
    [InlineData("""{"ID":"n","Metadata":{"Name":"n"}}""", "Metadata: Type is required")]
    [InlineData("""{"ID":"n","Metadata":{"Name":"n","Type":"netns"}}""", "Metadata: Path is required")]
    [InlineData("""{"ID":"n"}""", "Metadata: Name is required")]
    [InlineData("[]", "(root): Invalid type. Expected: object")]
    [InlineData("{", "not valid JSON")]
    public async Task CreateNode_Lacking_IsRefused(string body, string error)
    {
        var (status, text) = await SendAsync(HttpMethod.Post, "/api/node", body);

        Assert.Equal(400, status);
        Assert.Contains(error, text, StringComparison.Ordinal);
        Assert.Equal(0, _host.Analyzer.Graph.Current.NodeCount);
    }

    [Fact]
    public async Task CreateNode_IsThereAndCanBeRead()
    {
        var (status, text) = await SendAsync(HttpMethod.Post, "/api/node", NodeBody);

        Assert.Equal(201, status);
        var node = JsonSerializer.Deserialize(text, ContractsJsonContext.Default.Node)!;
        Assert.Equal(("n1", "n1", "device", "api.lab", "lab", 1L), (node.Id, node.Name, node.Type, node.Origin, node.Host, node.Revision));
        Assert.True(node.CreatedAt > 0);
        Assert.Equal((200, text), await SendAsync(HttpMethod.Get, "/api/node/n1"));
        Assert.Contains("\"n1\":{\"ID\":\"n1\"", (await SendAsync(HttpMethod.Get, "/api/node")).Text, StringComparison.Ordinal);
        Assert.Equal(409, (await SendAsync(HttpMethod.Post, "/api/node", NodeBody)).Status);
        Assert.Equal((404, "Node 'n2' not found\n"), await SendAsync(HttpMethod.Get, "/api/node/n2"));
    }

    [Theory]
    [InlineData("agent.lab", "api.lab")]
    [InlineData("analyzer.lab", "api.lab")]
    [InlineData("cli.host7", "cli.host7")]
    public async Task CreateNode_WithAnOrigin_KeepsItUnlessItIsAnothers(string origin, string expected)
    {
        await SendAsync(HttpMethod.Post, "/api/node", $$$"""{"ID":"n","Origin":"{{{origin}}}","Revision":9223372036854775807,"Metadata":{"Name":"n","Type":"device"}}""");

        var node = _host.Analyzer.Graph.Current.FindNode("n")!;
        Assert.Equal((expected, 1L), (node.Origin, node.Revision));
    }

    [Theory]
    [InlineData("""{"Parent":"n1","Child":"n2","Metadata":{"RelationType":"layer2"}}""", "ID: String length")]
    [InlineData("""{"ID":"e","Parent":"n1","Child":"n2","Metadata":{}}""", "Metadata: RelationType is required")]
    [InlineData("""{"ID":"e","Child":"n2","Metadata":{"RelationType":"layer2"}}""", "Parent: String length")]
    [InlineData("""{"ID":"e","Parent":"n1","Metadata":{"RelationType":"layer2"}}""", "Child: String length")]
    [InlineData("""{"ID":"e","Parent":"n1","Child":"nobody","Metadata":{"RelationType":"layer2"}}""", "child node nobody of edge e not found")]
    public async Task CreateEdge_Lacking_IsRefused(string body, string error)
    {
        await AddNodesAsync();

        var (status, text) = await SendAsync(HttpMethod.Post, "/api/edge", body);

        Assert.Equal(400, status);
        Assert.Contains(error, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Edge_Created_CanBeReadChangedAndRemoved()
    {
        await AddNodesAsync();

        Assert.Equal(201, (await SendAsync(HttpMethod.Post, "/api/edge", """{"ID":"e","Parent":"n1","Child":"n2","Metadata":{"RelationType":"layer2"}}""")).Status);
        var (status, text) = await PatchAsync("/api/edge/e", """[{"op":"add","path":"/Metadata/Cost","value":3}]""");
        Assert.Equal(200, status);
        Assert.Equal((200, text), await SendAsync(HttpMethod.Get, "/api/edge/e"));
        Assert.Contains("\"Cost\":3", text, StringComparison.Ordinal);
        Assert.Equal(304, (await PatchAsync("/api/edge/e", """[{"op":"replace","path":"/Parent","value":"n2"}]""")).Status);
        Assert.Equal(400, (await PatchAsync("/api/edge/e", """[{"op":"remove","path":"/Metadata/RelationType"}]""")).Status);
        Assert.Equal(200, (await SendAsync(HttpMethod.Delete, "/api/edge/e")).Status);
        Assert.Equal((404, "Edge 'e' not found\n"), await SendAsync(HttpMethod.Delete, "/api/edge/e"));
        Assert.Equal(404, (await PatchAsync("/api/edge/e", "[]")).Status);
    }

    [Theory]
    [InlineData("""[{"op":"add","path":"/Metadata/foo","value":"bar"}]""", "\"foo\":\"bar\"")]
    [InlineData("""[{"op":"add","path":"/Metadata/foo","value":{"a":[1,2]}},{"op":"add","path":"/Metadata/foo/a/-","value":3}]""", "\"foo\":{\"a\":[1,2,3]}")]
    [InlineData("""[{"op":"copy","from":"/Metadata/Name","path":"/Metadata/foo"}]""", "\"foo\":\"n1\"")]
    public async Task PatchNode_OfItsMetadata_IsOneMoreRevision(string patch, string expected)
    {
        await AddNodesAsync();

        var (status, text) = await PatchAsync("/api/node/n1", patch);

        Assert.Equal(200, status);
        Assert.Contains(expected, text, StringComparison.Ordinal);
        var node = JsonSerializer.Deserialize(text, ContractsJsonContext.Default.Node)!;
        Assert.Equal(2, node.Revision);
        Assert.True(node.UpdatedAt >= node.CreatedAt);
        Assert.Equal((200, text), await SendAsync(HttpMethod.Get, "/api/node/n1"));
        Assert.Equal(304, (await PatchAsync("/api/node/n1", """[{"op":"test","path":"/ID","value":"n1"}]""")).Status);
        Assert.Equal(200, (await PatchAsync("/api/node/n1", """[{"op":"remove","path":"/Metadata/foo"}]""")).Status);
    }

    [Theory]
    [InlineData("""[{"op":"replace","path":"/Metadata/TID","value":"x"}]""")]
    [InlineData("""[{"op":"remove","path":"/Metadata/TID"}]""")]
    [InlineData("""[{"op":"replace","path":"/Metadata/Name","value":"x"}]""")]
    [InlineData("""[{"op":"replace","path":"/Metadata/Type","value":"x"}]""")]
    [InlineData("""[{"op":"replace","path":"/Host","value":"x"}]""")]
    [InlineData("""[{"op":"replace","path":"/Revision","value":77}]""")]
    [InlineData("[]")]
    public async Task PatchNode_OfWhatTellsItApart_ChangesNothing(string patch)
    {
        await AddNodesAsync();
        var before = _host.Analyzer.Graph.Current.FindNode("n1");

        Assert.Equal((304, string.Empty), await PatchAsync("/api/node/n1", patch));
        Assert.Same(before, _host.Analyzer.Graph.Current.FindNode("n1"));
    }

    [Theory]
    [InlineData("""[{"op":"remove","path":"/Metadata/Name"}]""", "Metadata: Name is required")]
    [InlineData("""[{"op":"remove","path":"/ID"}]""", "ID: String length")]
    [InlineData("""[{"op":"replace","path":"","value":3}]""", "(root): Invalid type")]
    [InlineData("""[{"op":"foobar","path":"/Metadata/Name"}]""", "foobar")]
    [InlineData("""[{"op":"remove","path":"/Metadata/Nothing"}]""", "nothing at '/Metadata/Nothing'")]
    [InlineData("{}", "expected an array")]
    public async Task PatchNode_ThatLeadsToNoNode_IsRefused(string patch, string error)
    {
        await AddNodesAsync();

        var (status, text) = await PatchAsync("/api/node/n1", patch);

        Assert.Equal(400, status);
        Assert.Contains(error, text, StringComparison.Ordinal);
        Assert.Equal(1, _host.Analyzer.Graph.Current.FindNode("n1")!.Revision);
    }

    [Fact]
    public async Task PatchNode_ManyAtOnce_NoneIsLost()
    {
        await AddNodesAsync();

        var patches = Enumerable.Range(0, 50).Select(i => PatchAsync("/api/node/n1", $$"""[{"op":"add","path":"/Metadata/k{{i}}","value":{{i}}}]"""));

        Assert.All(await Task.WhenAll(patches), static answer => Assert.Equal(200, answer.Status));
        var node = _host.Analyzer.Graph.Current.FindNode("n1")!;
        Assert.Equal(51, node.Revision);
        Assert.Equal(50, node.Metadata.Keys.Count(static key => key[0] == 'k'));
    }

    [Fact]
    public async Task Elements_SurviveARestart()
    {
        var folder = Directory.CreateTempSubdirectory("skydive-elements");
        try
        {
            IHistoryStore Open() => HistoryStore.Open(new() { Driver = HistoryStoreOptions.SqliteDriver, Directory = folder.FullName });
            await _host.DisposeAsync();
            _host = await TestHost.StartAsync(store: Open());
            await AddNodesAsync();
            await SendAsync(HttpMethod.Post, "/api/edge", """{"ID":"e","Parent":"n1","Child":"n2","Metadata":{"RelationType":"layer2"}}""");
            await PatchAsync("/api/node/n1", """[{"op":"add","path":"/Metadata/foo","value":"bar"}]""");
            await SendAsync(HttpMethod.Post, "/api/node", """{"ID":"n3","Metadata":{"Name":"n3","Type":"device"}}""");
            await SendAsync(HttpMethod.Delete, "/api/node/n3");
            Assert.Equal(0, _host.Analyzer.HistoryWaiting);
            await _host.DisposeAsync();

            _host = await TestHost.StartAsync(store: Open());

            var graph = _host.Analyzer.Graph.Current;
            Assert.Equal(("bar", 2L), (graph.FindNode("n1")!.GetText("foo"), graph.FindNode("n1")!.Revision));
            Assert.NotNull(graph.FindEdge("e"));
            Assert.Null(graph.FindNode("n3"));
            await _host.DisposeAsync();
            _host = await TestHost.StartAsync();
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public async Task PatchNode_OfAnAgent_StaysAndHidesNothingThatTheAgentTells()
    {
        using var agent = await _host.ConnectAgentAsync();
        await agent.SendAsync(MessageWriter.WriteSync(MessageTypes.Sync, "s", [Make.Node("eth0", "device")], []));
        await Wait.UntilAsync(() => _host.Analyzer.Agents.Find("host1") is not null);

        Assert.Equal(200, (await PatchAsync("/api/node/eth0", """[{"op":"add","path":"/Metadata/Owner","value":"me"},{"op":"add","path":"/Metadata/State","value":"mine"}]""")).Status);
        await agent.SendAsync(MessageWriter.WritePartialUpdate(Make.Node("eth0", "device", revision: 2), [new() { Type = MetadataOperation.Add, Key = "State", Value = "UP" }], false));
        await Wait.UntilAsync(() => Node().GetText("State") == "UP");
        Assert.Equal(("me", 3L), (Node().GetText("Owner"), Node().Revision));

        // The agent begins anew, as after a break.
        await agent.SendAsync(MessageWriter.WriteSync(MessageTypes.Sync, "s", [Make.Node("eth0", "device", revision: 3, more: [("State", "DOWN")])], []));
        await Wait.UntilAsync(() => Node().GetText("State") == "DOWN");
        Assert.Equal(("me", 4L), (Node().GetText("Owner"), Node().Revision));

        // Nobody else can remove what the agent sees.
        var (status, text) = await SendAsync(HttpMethod.Delete, "/api/node/eth0");
        Assert.Equal(409, status);
        Assert.Contains("agent.host1", text, StringComparison.Ordinal);

        Node Node() => _host.Analyzer.Graph.Current.FindNode("eth0")!;
    }

    [Fact]
    public void PatchNode_OfTheAgentInThisProcess_GivesWayToWhatItTells()
    {
        var agent = new Graph.LiveGraph("lab", "agent.lab");
        agent.Write(static transaction => transaction.AddNode(Make.Node("eth0", host: "lab")));
        var graph = _host.Analyzer.Graph;
        var receiver = new GraphReceiver(graph, "agent.lab", NullLogger.Instance);
        receiver.Synchronize(agent.Current.ToSubGraph());
        graph.Write(transaction =>
        {
            var before = transaction.FindNode("eth0")!;
            ElementPatches.Of(graph).Add(before, transaction.Set(transaction.Set(before, "Owner", "me"), "State", "mine"));
        });

        var commit = agent.Write(static transaction => transaction.Set(transaction.FindNode("eth0")!, "State", "UP"))!;
        receiver.Apply(commit.Events, false);

        var node = graph.Current.FindNode("eth0")!;
        Assert.Equal(("me", "UP"), (node.GetText("Owner"), node.GetText("State")));
    }

    private async Task AddNodesAsync()
    {
        foreach (string id in new[] { "n1", "n2" })
        {
            Assert.Equal(201, (await SendAsync(HttpMethod.Post, "/api/node", NodeBody.Replace("n1", id, StringComparison.Ordinal))).Status);
        }
    }

    private Task<(int Status, string Text)> PatchAsync(string path, string patch) => SendAsync(HttpMethod.Patch, path, patch);

    private async Task<(int Status, string Text)> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
