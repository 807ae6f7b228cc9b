using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Api;
using Skydive.Storage;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>An analyzer with its API on a port of its own.</summary>
internal sealed class TestHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly CancellationTokenSource _stopping;

    private TestHost(WebApplication app, AnalyzerRuntime analyzer, IHistoryStore store, CancellationTokenSource stopping)
    {
        _app = app;
        _stopping = stopping;
        Analyzer = analyzer;
        Store = store;
        Http = new() { BaseAddress = new(app.Urls.Single()) };
    }

    public AnalyzerRuntime Analyzer { get; }

    public IHistoryStore Store { get; }

    public HttpClient Http { get; }

    /// <summary>What is served.</summary>
    public IReadOnlyList<Endpoint> Endpoints => [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(static source => source.Endpoints)];

    public static async Task<TestHost> StartAsync(Func<AnalyzerOptions, AnalyzerOptions>? configure = null, bool isReady = true, IHistoryStore? store = null, TimeProvider? time = null)
    {
        var options = new AnalyzerOptions
        {
            Host = "lab",
            Version = "0.1.0",
            ValidateBpf = static filter => filter.Contains("bad", StringComparison.Ordinal) ? "can't parse filter expression: syntax error" : null,
        };
        store ??= Make.Store();
        var analyzer = new AnalyzerRuntime(configure?.Invoke(options) ?? options, store, NullLoggerFactory.Instance, time);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var stopping = new CancellationTokenSource();
        app.MapAnalyzer(analyzer, NullLoggerFactory.Instance, stopping.Token);
        await app.StartAsync(TestContext.Current.CancellationToken);
        if (isReady)
        {
            await analyzer.StartAsync(TestContext.Current.CancellationToken);
        }

        return new(app, analyzer, store, stopping);
    }

    /// <summary>What the end of the service does to connections.</summary>
    public Task StopConnectionsAsync() => _stopping.CancelAsync();

    /// <summary>Connects a subscriber.</summary>
    public Task<TestClient> SubscribeAsync(string hostId = "client", params (string Name, string Value)[] headers) =>
        TestClient.ConnectAsync(Http.BaseAddress!, "/ws/subscriber", [("X-Host-ID", hostId), ("X-Client-Type", "test"), .. headers]);

    /// <summary>Connects a publisher.</summary>
    public Task<TestClient> PublishAsync(string hostId = "me", string path = "/ws/publisher", params (string Name, string Value)[] headers) =>
        TestClient.ConnectAsync(Http.BaseAddress!, path, [("X-Host-ID", hostId), ("X-Client-Type", "test"), .. headers]);

    /// <summary>Connects an agent.</summary>
    public Task<TestClient> ConnectAgentAsync(string path = "/ws/agent/topology", string hostId = "host1") =>
        TestClient.ConnectAsync(Http.BaseAddress!, path, [("X-Host-ID", hostId), ("X-Client-Type", "agent")]);

    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        Http.Dispose();
        await Analyzer.DisposeAsync();
        await _app.DisposeAsync();
        await Store.DisposeAsync();
        _stopping.Dispose();
    }
}
