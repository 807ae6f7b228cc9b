using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Flows;

namespace Skydive.Analyzer.Tests.Api;

/// <summary>Paths of Skydive's first releases.</summary>
public sealed class FormerApiTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _host = await TestHost.StartAsync();
        _host.Analyzer.Graph.Write(static transaction => transaction.AddNode(Make.Node("a")));
        Flow[] flows =
        [
            Make.Flow("1") with { Network = new() { Protocol = "IPV4", A = "10.0.0.1", B = "10.0.0.2" }, Transport = new() { Protocol = "TCP", A = 40000, B = 80 } },
            Make.Flow("2", packets: 2) with { Network = new() { Protocol = "IPV4", A = "10.0.0.1", B = "10.0.0.3" }, Transport = new() { Protocol = "TCP", A = 40001, B = 80 } },
            Make.Flow("3", packets: 3) with { LayersPath = "Ethernet/ARP", Application = "ARP", Link = new() { Protocol = "ETHERNET", A = "02:00:00:00:00:01", B = "ff:ff:ff:ff:ff:ff" } },
        ];
        _host.Analyzer.Agents.Add(new FakeAgent("lab") { Flows = flows }, static () => Make.Status("lab"));
    }

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Topology_IsTheWholeGraph() => Assert.Equal(await GetAsync("/api/topology"), await GetAsync("/rpc/topology"));

    [Theory]
    [InlineData("", 3)]
    [InlineData("?Network.A=10.0.0.1", 2)]
    [InlineData("?Network.A=10.0.0.1&Transport.A=40001", 1)]
    [InlineData("?Application=ARP", 1)]
    [InlineData("?Network.A=nobody", 0)]
    public async Task Flows_AreChosenByTheQueryString(string query, int count)
    {
        foreach (string path in new[] { "/rpc/flows", "/api/flow/search" })
        {
            using var flows = JsonDocument.Parse(await GetAsync(path + query));
            Assert.Equal(count, flows.RootElement.GetArrayLength());
        }
    }

    [Fact]
    public async Task Conversation_IsNodesAndLinksByNumber()
    {
        foreach (string path in new[] { "/rpc/conversation/ipv4", "/api/flow/conversation/ipv4" })
        {
            Assert.Equal(
                """{"nodes":[{"name":"10.0.0.1","group":0},{"name":"10.0.0.2","group":0},{"name":"10.0.0.3","group":0}],"links":[{"source":0,"target":1,"value":100},{"source":0,"target":2,"value":200}]}""",
                await GetAsync(path));
        }

        Assert.Contains("\"name\":\"80\"", await GetAsync("/rpc/conversation/tcp"), StringComparison.Ordinal);
        using var wrong = await _host.Http.GetAsync(new Uri("/rpc/conversation/carrier-pigeon", UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(404, (int)wrong.StatusCode);
    }

    [Fact]
    public async Task Discovery_IsATreeOfLayers() => Assert.Equal(
        """{"name":"root","size":6,"children":[{"name":"Ethernet","size":6,"children":[{"name":"IPv4","size":3,"children":[{"name":"TCP","size":3}]},{"name":"ARP","size":3}]}]}""",
        await GetAsync("/api/flow/discovery/packets"));

    private Task<string> GetAsync(string path) => _host.Http.GetStringAsync(new Uri(path, UriKind.Relative), TestContext.Current.CancellationToken);
}
