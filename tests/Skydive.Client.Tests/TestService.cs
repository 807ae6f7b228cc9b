using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Skydive.Client.Tests;

/// <summary>An HTTP and WebSocket server in this process that answers every request with one delegate.</summary>
internal sealed class TestService : IAsyncDisposable
{
    private readonly WebApplication _app;

    private TestService(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public static async Task<TestService> StartAsync(RequestDelegate answer, string url = "http://127.0.0.1:0")
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls(url);
        builder.WebHost.ConfigureKestrel(static options => options.Limits.MaxRequestBodySize = null);
        var app = builder.Build();
        app.UseWebSockets();
        app.Run(answer);
        await app.StartAsync();
        return new(app);
    }

    public SkydiveClient Connect(Func<SkydiveClientOptions, SkydiveClientOptions>? change = null)
    {
        var options = new SkydiveClientOptions { Address = Address, NoProxy = true };
        return new(change?.Invoke(options) ?? options);
    }

    public async ValueTask DisposeAsync()
    {
        // Requests that hang on purpose must not hold the test up.
        using var hurry = new CancellationTokenSource(TimeSpan.Zero);
        await _app.StopAsync(hurry.Token);
        await _app.DisposeAsync();
    }
}
