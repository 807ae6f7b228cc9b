using System.Net;
using System.Text;
using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Errors;

namespace Skydive.Analyzer.Tests.Api;

/// <summary>Queries, status, settings and errors over REST.</summary>
public sealed class TopologyApiTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync(static options => options with
    {
        GetConfiguration = static key => key == "host_id" ? "\"lab\"" : null,
        ListConfiguration = static () =>
        [
            new() { Key = "host_id", Value = "lab", Type = "Text", Source = "default" },
            new() { Key = "flow.update", Value = 30, Default = 60, Type = "Duration", Source = "/etc/skydive/skydive.yml:2:3" },
        ],
    });

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Get_LargeGraph_IsStreamedWhole()
    {
        const int Count = 5000;
        _host.Analyzer.Graph.Write(static transaction =>
        {
            for (int i = 0; i < Count; i++)
            {
                transaction.AddNode(Make.Node($"n{i}"));
            }
        });

        string json = await _host.Http.GetStringAsync(new Uri("/api/topology", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(Count, JsonSerializer.Deserialize(json, ContractsJsonContext.Default.SubGraph)!.Nodes.Count);
    }

    [Fact]
    public async Task Post_History_IsAskedOfTheStore()
    {
        _host.Analyzer.Graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));
        long then = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await Wait.UntilAsync(() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() > then);
        _host.Analyzer.Graph.Write(static transaction => transaction.DeleteNode("n1"));

        Assert.Equal((200, "0"), await QueryAsync("G.V().Count()"));
        Assert.Equal((200, "1"), await QueryAsync($"G.At({then}).V().Count()"));
    }

    /// <summary>With the limits that the service has: it says no, and goes on.</summary>
    [Theory]
    [InlineData("G.V().Repeat(Both()).Times(30).Count()")]
    [InlineData("G.V().Both().Both().Both().Both().Both().Both().Both().Both().Group().By('Name')")]
    public async Task Post_ExplosiveQuery_IsGivenUp(string query)
    {
        _host.Analyzer.Graph.Write(static transaction =>
        {
            for (int i = 0; i < 30; i++)
            {
                transaction.AddNode(Make.Node($"n{i}"));
                for (int other = 0; other < i; other++)
                {
                    transaction.Link($"n{i}", $"n{other}", "layer2");
                }
            }
        });

        var (status, text) = await QueryAsync(query, "application/problem+json");

        using var document = JsonDocument.Parse(text);
        Assert.Equal((400, ErrorCodes.QueryBudgetExceeded), (status, document.RootElement.GetProperty("code").GetString()));
        Assert.Equal((200, "30"), await QueryAsync("G.V().Count()"));
    }

    [Fact]
    public async Task Post_SyntaxError_TellsWhereToThoseWhoAskForIt()
    {
        var (status, text) = await QueryAsync("G.V(", "application/problem+json");

        using var document = JsonDocument.Parse(text);
        Assert.Equal((400, ErrorCodes.GremlinSyntaxError), (status, document.RootElement.GetProperty("code").GetString()));
        Assert.Equal(4, document.RootElement.GetProperty("offset").GetInt32());
    }

    [Fact]
    public async Task Post_SubGraphAsDot_IsDot()
    {
        _host.Analyzer.Graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));

        var (status, text) = await QueryAsync("G.V().SubGraph()", "vnd.graphviz");

        Assert.Equal(200, status);
        Assert.StartsWith("digraph", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{}")]
    [InlineData("""{"GremlinQuery":""}""")]
    [InlineData("""{"GremlinQuery":null}""")]
    [InlineData("null")]
    public async Task Post_NoQuery_HasNoContent(string body) => Assert.Equal((204, string.Empty), await PostAsync(body));

    [Theory]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("""{"GremlinQuery":7}""")]
    public async Task Post_NoJson_IsToldSo(string body) => Assert.Equal(400, (await PostAsync(body)).Status);

    [Fact]
    public async Task Post_DeepOrLarge_IsRefused()
    {
        Assert.Equal(400, (await PostAsync(new string('[', 10_000))).Status);
        var (status, text) = await PostAsync(new string(' ', 8 << 20));
        Assert.Equal((413, "the body is longer than the 1048576 bytes that this request may have\n"), (status, text));
    }

    [Fact]
    public async Task Post_LargeInChunks_IsRefused()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("/api/topology", UriKind.Relative))
        {
            Content = new StringContent(new string(' ', 8 << 20)),
        };
        request.Headers.TransferEncodingChunked = true;

        using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Theory]
    [InlineData("/api/config/host_id", 200, "\"lab\"\n")]
    [InlineData("/api/config/nokey", 404, "configuration key 'nokey' is not known\n")]
    [InlineData("/healthz", 200, "ok\n")]
    [InlineData("/readyz", 200, "ready\n")]
    [InlineData("/nothing", 404, "404 page not found\n")]
    public async Task Get_IsAnswered(string path, int status, string text)
    {
        using var response = await _host.Http.GetAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal((status, text), ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)));
    }

    [Fact]
    public async Task Configuration_ListsAllSettings()
    {
        string json = await _host.Http.GetStringAsync(new Uri("/api/config", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(
            """
            [{"Key":"host_id","Value":"lab","Default":null,"Type":"Text","Source":"default","Description":"","IsSecret":false},{"Key":"flow.update","Value":30,"Default":60,"Type":"Duration","Source":"/etc/skydive/skydive.yml:2:3","Description":"","IsSecret":false}]
            """,
            json);
    }

    [Fact]
    public async Task Status_TellsOfDroppedFlowsOnce()
    {
        await _host.DisposeAsync();
        _host = await TestHost.StartAsync(static options => options with { MaximumBufferedFlows = 1 });
        Assert.False(_host.Analyzer.Flows.TryAccept([Make.Flow("1"), Make.Flow("2")]));

        using var document = JsonDocument.Parse(await _host.Http.GetStringAsync(new Uri("/api/status", UriKind.Relative), TestContext.Current.CancellationToken));

        Assert.Equal(2, document.RootElement.GetProperty("Storage").GetProperty("FlowsDropped").GetInt64());
    }

    [Fact]
    public async Task Fault_IsToldWithoutItsInside()
    {
        await _host.DisposeAsync();
        _host = await TestHost.StartAsync(static options => options with { GetConfiguration = static _ => throw new InvalidOperationException("a secret") });

        using var response = await _host.Http.GetAsync(new Uri("/api/config/x", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.InternalServerError, response.StatusCode);
        Assert.DoesNotContain("secret", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private Task<(int Status, string Text)> QueryAsync(string gremlin, string? accept = null) =>
        PostAsync(JsonSerializer.Serialize(new Dictionary<string, string> { ["GremlinQuery"] = gremlin }), accept);

    private async Task<(int Status, string Text)> PostAsync(string body, string? accept = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/topology") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        if (accept is not null)
        {
            request.Headers.TryAddWithoutValidation("Accept", accept);
        }

        using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
