using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Api;
using Skydive.Contracts.Status;
using Skydive.Contracts.Topology;
using Skydive.Graph;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>The API of an agent of its own process, on a port of its own, with a given graph.</summary>
internal sealed class TestAgentHost : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestAgentHost(WebApplication app, LiveGraph graph)
    {
        _app = app;
        Graph = graph;
        Http = new() { BaseAddress = new(app.Urls.Single()) };
    }

    public LiveGraph Graph { get; }

    public HttpClient Http { get; }

    public static async Task<TestAgentHost> StartAsync(SubGraph content)
    {
        var graph = new LiveGraph("lab", "agent.lab");
        graph.Write(transaction => transaction.Synchronize(null, content));
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.MapAgent(
            new() { Host = "lab", Version = "0.1.0", Service = "agent" },
            graph,
            new FakeAgent("lab"),
            static clients => new AgentStatus { Clients = clients, Flows = new() { IsConnected = true } },
            static _ => null,
            static () => [],
            new(),
            NullLoggerFactory.Instance,
            CancellationToken.None,
            static () => true);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return new(app, graph);
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        await _app.DisposeAsync();
    }
}
