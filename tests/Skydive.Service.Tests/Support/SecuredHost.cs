using System.Net.Http.Headers;
using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer;
using Skydive.Analyzer.Api;
using Skydive.Contracts.Status;
using Skydive.Graph;
using Skydive.Service.Configuration;
using Skydive.Service.Hosting;
using Skydive.Service.Security;
using Skydive.Storage;

namespace Skydive.Service.Tests.Support;

/// <summary>The API of an analyzer, or of an agent, in this process with the log-in of a configuration, on a port of its own.</summary>
internal sealed class SecuredHost : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly SecurityServices _security;
    private readonly AnalyzerRuntime? _analyzer;
    private readonly IHistoryStore _store;

    private SecuredHost(WebApplication app, SecurityServices security, AnalyzerRuntime? analyzer, IHistoryStore store)
    {
        _app = app;
        _security = security;
        _analyzer = analyzer;
        _store = store;
    }

    public Uri Address => new(_app.Urls.Single());

    public IReadOnlyList<RouteEndpoint> Endpoints => [.. ((IEndpointRouteBuilder)_app).DataSources.SelectMany(static source => source.Endpoints).OfType<RouteEndpoint>()];

    public static async Task<SecuredHost> StartAsync(string configuration, Role role = Role.Analyzer)
    {
        var loader = new ConfigurationLoader();
        loader.AddText("test.yml", configuration);
        var problems = loader.Problems.ToList();
        var settings = new ServiceConfiguration(loader.Settings);
        var options = SecurityOptions.Read(role, settings, problems);
        Assert.Empty(problems);
        var security = SecurityServices.Create(options, null, NullLoggerFactory.Instance);
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var store = HistoryStore.Open(new() { Driver = HistoryStoreOptions.MemoryDriver });
        AnalyzerRuntime? analyzer = null;
        if (role == Role.Agent)
        {
            var graph = new LiveGraph("lab", "agent.lab", TimeProvider.System);
            app.MapAgent(
                new() { Host = "lab", Version = "0", Service = "agent" }, graph, new NoFlows(), static _ => new AgentStatus(), settings.ToJson, settings.List, new(), NullLoggerFactory.Instance, default, static () => true, security.Protection);
        }
        else
        {
            analyzer = new AnalyzerRuntime(new() { Host = "lab", Version = "0", GetConfiguration = settings.ToJson }, store, NullLoggerFactory.Instance);
            app.MapAnalyzer(analyzer, NullLoggerFactory.Instance, default, null, security.Protection);
        }

        await app.StartAsync(TestContext.Current.CancellationToken);
        if (analyzer is not null)
        {
            await analyzer.StartAsync(TestContext.Current.CancellationToken);
        }

        return new(app, security, analyzer, store);
    }

    /// <summary>A client that sends user name and password with each request; without a name it sends nothing.</summary>
    public HttpClient Client(string? user = null, string password = "secret-of-")
    {
        var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false }) { BaseAddress = Address };
        if (user is not null)
        {
            client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Pair(user, password == "secret-of-" ? password + user : password));
        }

        return client;
    }

    public static string Pair(string user, string password) => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{user}:{password}"));

    public async ValueTask DisposeAsync()
    {
        if (_analyzer is not null)
        {
            await _analyzer.DisposeAsync();
        }

        await _app.DisposeAsync();
        await _store.DisposeAsync();
        _security.Dispose();
    }

    private sealed class NoFlows : Skydive.Contracts.Queries.IFlowSource
    {
        public Task<IReadOnlyList<Skydive.Contracts.Flows.Flow>> SearchFlowsAsync(Skydive.Contracts.Queries.FlowSearch search, CancellationToken cancellationToken) =>
            Task.FromResult<IReadOnlyList<Skydive.Contracts.Flows.Flow>>([]);
    }
}
