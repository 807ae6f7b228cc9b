using System.Net;
using System.Net.Sockets;
using System.Text;
using Microsoft.AspNetCore.Http;
using Skydive.Client.Errors;

namespace Skydive.Client.Tests;

public sealed class ErrorTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Error_ProblemDocument_KeepsEveryMember()
    {
        await using var service = await TestService.StartAsync(static context =>
        {
            context.Response.StatusCode = 400;
            context.Response.ContentType = "application/problem+json";
            return context.Response.WriteAsync("""{"status":400,"code":"GremlinSyntaxError","detail":"'Foo' is\nno step","offset":6,"line":1,"column":7,"expected":["Has","Out"]}""");
        });
        using var client = service.Connect();

        var exception = await Assert.ThrowsAsync<SkydiveApiException>(() => client.QueryAsync("G.V().Foo()", Token).ToListAsync());

        Assert.Equal((400, "GremlinSyntaxError", "'Foo' is no step", 6, 1, 7), (exception.Status, exception.Code, exception.Detail, exception.Offset, exception.Line, exception.Column));
        Assert.Equal(["Has", "Out"], exception.Expected);
    }

    [Theory]
    [InlineData(400, "text/plain", "Expected right parenthesis\n", "BadRequest", "Expected right parenthesis")]
    [InlineData(404, "text/plain", "404 page not found\n", "NotFound", "404 page not found")]
    [InlineData(401, "text/plain", "", "AuthenticationFailed", "the service answered 401 Unauthorized")]
    [InlineData(403, "application/json", "{\"error\":\"no\"}", "AccessDenied", "{\"error\":\"no\"}")]
    [InlineData(502, "text/html", "<html>bad gateway</html>", "InternalError", "the service answered 502 BadGateway")]
    [InlineData(307, "text/plain", "elsewhere", "Status307", "elsewhere")]
    public async Task Error_OtherThanAProblemDocument_IsTakenAsText(int status, string type, string body, string code, string detail)
    {
        await using var service = await TestService.StartAsync(context =>
        {
            context.Response.StatusCode = status;
            context.Response.ContentType = type;
            return context.Response.WriteAsync(body);
        });
        using var client = service.Connect();

        var exception = await Assert.ThrowsAsync<SkydiveApiException>(() => client.GetInfoAsync(Token));

        Assert.Equal((status, code, detail), (exception.Status, exception.Code, exception.Detail));
    }

    [Fact]
    public async Task Error_EndlessBody_IsCut()
    {
        await using var service = await TestService.StartAsync(static async context =>
        {
            context.Response.StatusCode = 500;
            while (!context.RequestAborted.IsCancellationRequested)
            {
                await context.Response.WriteAsync(new string('x', 10_000), context.RequestAborted);
            }
        });
        using var client = service.Connect();

        var exception = await Assert.ThrowsAsync<SkydiveApiException>(() => client.GetInfoAsync(Token));

        Assert.InRange(exception.Detail.Length, 1, 2001);
    }

    [Fact]
    public async Task Connect_NobodyListens_IsUnreachable()
    {
        using var client = new SkydiveClient(new() { Address = new($"http://127.0.0.1:{FreePort()}"), NoProxy = true });

        var exception = await Assert.ThrowsAsync<SkydiveConnectionException>(() => client.GetInfoAsync(Token));

        Assert.Equal(SkydiveConnectionReason.Unreachable, exception.Reason);
        Assert.Equal(client.Address, exception.Address);
    }

    [Fact]
    public async Task Connect_UnknownName_IsNotResolved()
    {
        using var client = new SkydiveClient(new() { Address = new("http://no-such-host.invalid:8082"), NoProxy = true });

        var exception = await Assert.ThrowsAsync<SkydiveConnectionException>(() => client.GetInfoAsync(Token));

        Assert.Equal(SkydiveConnectionReason.NameNotResolved, exception.Reason);
    }

    [Fact]
    public async Task Connect_PlainServiceAskedForTls_IsTlsFailure()
    {
        await using var service = await TestService.StartAsync(static context => context.Response.WriteAsync("{}"));
        using var client = new SkydiveClient(new() { Address = new UriBuilder(service.Address) { Scheme = "https" }.Uri, NoProxy = true });

        var exception = await Assert.ThrowsAsync<SkydiveConnectionException>(() => client.GetInfoAsync(Token));

        Assert.Equal(SkydiveConnectionReason.TlsFailed, exception.Reason);
    }

    [Theory]
    [InlineData("SSH-2.0-OpenSSH_9.9\r\n")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n{\"Ho")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")]
    [InlineData("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")]
    [InlineData("\0\0\0\0")]
    [InlineData("")]
    public async Task Connect_OtherKindOfServer_IsOneClearError(string answer)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var server = Task.Run(
            async () =>
            {
                using var peer = await listener.AcceptTcpClientAsync(Token);

                // The handler tries again when nothing came at all.
                listener.Stop();
                byte[] request = new byte[4096];
                _ = await peer.GetStream().ReadAtLeastAsync(request, 1, true, Token);
                await peer.GetStream().WriteAsync(Encoding.ASCII.GetBytes(answer), Token);
            },
            Token);
        using var client = new SkydiveClient(new() { Address = new($"http://{listener.LocalEndpoint}"), NoProxy = true });

        var exception = await Assert.ThrowsAsync<SkydiveConnectionException>(() => client.GetInfoAsync(Token));

        Assert.Contains(exception.Reason, new[] { SkydiveConnectionReason.InvalidAnswer, SkydiveConnectionReason.Interrupted, SkydiveConnectionReason.Unreachable });
        await server;
    }

    [Theory]
    [InlineData("ftp://web1")]
    [InlineData("unix:///run/skydive")]
    public void Constructor_OtherScheme_IsRefused(string address) =>
        Assert.Throws<ArgumentException>(() => new SkydiveClient(new() { Address = new(address) }));

    [Fact]
    public void Constructor_PasswordOverPlainHttpToAnotherMachine_IsRefusedUnlessAllowed()
    {
        var options = new SkydiveClientOptions { Address = new("http://web1.example:8082"), Credential = new("admin", "secret") };

        Assert.Throws<ArgumentException>(() => new SkydiveClient(options));
        new SkydiveClient(options with { AllowUnencryptedAuthentication = true }).Dispose();
        new SkydiveClient(options with { Address = new("https://web1.example") }).Dispose();
        new SkydiveClient(options with { Address = new("http://localhost:8082") }).Dispose();
        Assert.DoesNotContain("secret", options.ToString());
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
