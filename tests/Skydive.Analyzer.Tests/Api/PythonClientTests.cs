using System.Text;
using System.Text.Json;
using Skydive.Analyzer.Tests.Support;

namespace Skydive.Analyzer.Tests.Api;

/// <summary>Requests in just the form in which Skydive's Python client sends them: all as application/json, with members of its own.</summary>
public sealed class PythonClientTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        _host.Analyzer.Graph.Write(static transaction => transaction.Synchronize(null, GoldenReplayTests.Graph()));
        _host.Analyzer.Agents.Add(new FakeAgent("lab"), static () => Make.Status("lab"));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Theory]
    [InlineData("/api/capture", """{"GremlinQuery":"G.V().Has('Name','lo')","LayerKeyMode":"L2","PollingInterval":10,"SamplingRate":1,"Name":"py","RawPacketLimit":5}""", "UUID")]
    [InlineData("/api/injectpacket", """{"Src":"G.V().Has('IPV4','10.0.0.1/24')","Dst":"G.V().Has('IPV4','10.0.0.2/24')","SrcPort":0,"DstPort":0,"SrcIP":"","DstIP":"","SrcMAC":"","DstMAC":"","Type":"icmp4","Count":1000,"ICMPID":0,"Interval":1000,"Payload":"","Increment":false,"TTL":64}""", "UUID")]
    [InlineData("/api/node", """{"ID":"py1","CreatedAt":1795221158246,"UpdatedAt":1795221158246,"Host":"client","Metadata":{"Name":"py","Type":"device"},"Revision":1}""", "ID")]
    [InlineData("/api/edge", """{"ID":"pe1","CreatedAt":1795221158246,"UpdatedAt":1795221158246,"Host":"client","Parent":"74f323da-b1e6-431c-7cf6-931146fba8d8","Child":"43f0afaa-d08c-4636-7efa-eb3db0f1d4d9","Metadata":{"RelationType":"py"}}""", "ID")]
    public async Task Create_ListDelete_WorksAsItAsks(string path, string body, string identifier)
    {
        int before = await CountAsync(path);
        using var created = await SendAsync(HttpMethod.Post, path, body);
        Assert.Equal(201, (int)created.StatusCode);
        Assert.Equal("application/json", created.Content.Headers.ContentType!.MediaType);
        using var answer = JsonDocument.Parse(await created.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        string id = answer.RootElement.GetProperty(identifier).GetString()!;
        Assert.Equal(before + 1, await CountAsync(path));

        using var gone = await SendAsync(HttpMethod.Delete, $"{path}/{id}");
        Assert.Equal(200, (int)gone.StatusCode);
        Assert.Equal(before, await CountAsync(path));
    }

    [Fact]
    public async Task Update_SendsThePatchAsPlainJson()
    {
        using var created = await SendAsync(HttpMethod.Post, "/api/node", """{"ID":"py1","CreatedAt":1795221158246,"UpdatedAt":1795221158246,"Host":"client","Metadata":{"Name":"py","Type":"device"},"Revision":1}""");
        using var updated = await SendAsync(HttpMethod.Patch, "/api/node/py1", """[{"op": "add", "path": "/Metadata/k", "value": "v"}]""");

        Assert.Equal(200, (int)updated.StatusCode);
        Assert.Equal("application/json", updated.Content.Headers.ContentType!.MediaType);
        Assert.Contains("\"Host\":\"client\"", await updated.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Publish_ElementsWithoutTimesAndHost_AreTakenAndBadOnesLeftOut()
    {
        using var client = await _host.PublishAsync("host-test2", headers: ("X-Persistence-Policy", "Persistent"));
        foreach (var (type, obj) in new[]
        {
            ("NodeAdded", """{"ID":"TOR","Host":"","Metadata":{"Name":"Test TOR","Type":"fabric"}}"""),
            ("NodeAdded", """{"ID":"PORT","Host":"","Metadata":{"Name":"Test port","Type":"fabric"}}"""),
            ("NodeAdded", """{"ID":"BAD_NODE","Host":"","Metadata":{"Name":"Bad node"}}"""),
            ("NodeAdded", """{"ID":"BAD_NETNS","Host":"","Metadata":{"Name":"Bad netns","Type":"netns"}}"""),
            ("EdgeAdded", """{"ID":"LINK","Host":"","Metadata":{"RelationType":"layer2"},"Parent":"TOR","Child":"PORT"}"""),
            ("EdgeAdded", """{"ID":"BAD_LINK","Host":"","Metadata":{"RelationType":"layer2"},"Parent":"","Child":""}"""),
        })
        {
            await client.SendAsync($$"""{"UUID":"{{Guid.NewGuid():N}}","Namespace":"Graph","Type":"{{type}}","Obj":{{obj}},"Status":200}""");
        }

        await Wait.UntilAsync(() => _host.Analyzer.Publishers.TotalRefused == 3);
        var graph = _host.Analyzer.Graph.Current;
        Assert.NotNull(graph.FindEdge("LINK"));
        Assert.Equal("test.host-test2", graph.FindNode("TOR")!.Origin);
        Assert.Null(graph.FindNode("BAD_NODE"));
        Assert.Null(graph.FindNode("BAD_NETNS"));
        Assert.Null(graph.FindEdge("BAD_LINK"));
    }

    [Fact]
    public async Task Subscribe_SendsItsFilterAsHeaderAndInTheRequest()
    {
        using var client = await _host.SubscribeAsync("sub", ("X-Client-Protocol", "json"), ("X-Persistence-Policy", "Persistent"), ("X-Gremlin-Filter", "G.V().Has('Type','netns').SubGraph()"));
        await client.RequestSyncAsync("0123456789abcdef0123456789abcdef", """{"GremlinFilter":"G.V().Has('Type','netns').SubGraph()"}""");

        var reply = await client.ReceiveAsync();
        Assert.Equal(("SyncReply", 200, 2), (reply.Type, reply.Status, reply.Obj.GetProperty("Nodes").GetArrayLength()));
    }

    private async Task<int> CountAsync(string path)
    {
        using var response = await SendAsync(HttpMethod.Get, path);
        using var document = JsonDocument.Parse(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return document.RootElement.EnumerateObject().Count();
    }

    private async Task<HttpResponseMessage> SendAsync(HttpMethod method, string path, string? body = null)
    {
        using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Accept.ParseAdd("application/json");
        return await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
    }
}
