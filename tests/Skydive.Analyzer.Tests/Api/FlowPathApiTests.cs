using System.Net;
using System.Text;
using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Flows;

namespace Skydive.Analyzer.Tests.Api;

public sealed class FlowPathApiTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public async ValueTask DisposeAsync() => await _host.DisposeAsync();

    [Theory]
    [InlineData("""{"GremlinQuery":"G.Flows().Has('Application', 'TCP')"}""")]
    [InlineData("{}")]
    public async Task Path_OfFlowsOfTwoAgents_ComesWithItsLoss(string body)
    {
        var network = new FlowLayer { Protocol = "IPV4", A = "10.0.0.1", B = "10.0.0.2" };
        _host.Analyzer.Agents.Add(new FakeAgent("h1") { Flows = [Make.Flow("a", 1000, packets: 10) with { Network = network, NodeTID = "n1" }] }, static () => Make.Status());
        _host.Analyzer.Agents.Add(new FakeAgent("h2") { Flows = [Make.Flow("b", 1001, packets: 7) with { Network = network, NodeTID = "n2" }] }, static () => Make.Status());

        using var response = await PostAsync(body);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var paths = JsonSerializer.Deserialize(await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), ContractsJsonContext.Default.IReadOnlyListFlowPath)!;
        var path = Assert.Single(paths);
        Assert.Equal([("n1", 0L), ("n2", 3L)], path.Hops.Select(static hop => (hop.NodeTID, hop.ABLost)));
        Assert.Equal(3, path.ABLost);
    }

    [Theory]
    [InlineData("""{"GremlinQuery":"G.V()"}""", "and not flows")]
    [InlineData("""{"GremlinQuery":"G.Flows("}""", "line 1")]
    [InlineData("not json", "")]
    [InlineData("[]", "")]
    public async Task Path_BadRequest_IsOneClearError(string body, string expected)
    {
        using var response = await PostAsync(body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    private Task<HttpResponseMessage> PostAsync(string body) => _host.Http.PostAsync(
        new Uri("/api/flow/path", UriKind.Relative), new StringContent(body, Encoding.UTF8, "application/json"), TestContext.Current.CancellationToken);
}
