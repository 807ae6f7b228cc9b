using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Skydive.Contracts.Messages;

namespace Skydive.Agent.Tests.Support;

/// <summary>An analyzer that a test plays: takes WebSocket connections on a port of its own and hands them to the test.</summary>
internal sealed class TestAnalyzer : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentBag<TestConnection> _all = [];
    private readonly Channel<TestConnection> _connections = Channel.CreateUnbounded<TestConnection>();

    private TestAnalyzer(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.Single());

    /// <summary>How many requests are to be refused before one is taken.</summary>
    public int Refusals { get; set; }

    public static async Task<TestAnalyzer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        var analyzer = new TestAnalyzer(app);
        app.UseWebSockets();
        app.Run(analyzer.HandleAsync);
        await app.StartAsync(TestContext.Current.CancellationToken);
        return analyzer;
    }

    /// <summary>The next connection.</summary>
    public async Task<TestConnection> AcceptAsync()
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Tools.Patience);
        return await _connections.Reader.ReadAsync(deadline.Token);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in _all)
        {
            connection.Break();
        }

        await _app.DisposeAsync();
    }

    private async Task HandleAsync(HttpContext context)
    {
        if (Refusals > 0)
        {
            Refusals--;
            context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            return;
        }

        context.Response.Headers[WebSocketHeaders.HostId] = "the-analyzer";
        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        var connection = new TestConnection(context.Request.Path, context.Request.Headers, socket);
        _all.Add(connection);
        _connections.Writer.TryWrite(connection);
        await connection.Ended;
    }
}
