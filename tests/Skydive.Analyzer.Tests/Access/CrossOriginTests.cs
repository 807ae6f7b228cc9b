using System.Net;
using System.Net.WebSockets;
using Skydive.Analyzer.Api;
using Skydive.Analyzer.Tests.Support;

namespace Skydive.Analyzer.Tests.Access;

public sealed class CrossOriginTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Request_OfAnotherOriginsPage_IsRefused_AlsoAsWebSocket()
    {
        await using var host = await TestHost.StartAsync();
        using var answer = await SendAsync(host, HttpMethod.Get, "/api/topology", ("Origin", "http://evil.example"));
        Assert.Equal(HttpStatusCode.Forbidden, answer.StatusCode);
        Assert.False(answer.Headers.Contains("Access-Control-Allow-Origin"));

        await Assert.ThrowsAsync<WebSocketException>(() => host.SubscribeAsync("browser", ("Origin", "http://evil.example")));
        await Assert.ThrowsAsync<WebSocketException>(() => host.SubscribeAsync("browser", ("Origin", "null")));
        using var own = await host.SubscribeAsync("own", ("Origin", host.Http.BaseAddress!.GetLeftPart(UriPartial.Authority)));
    }

    [Fact]
    public async Task Request_OfAnAllowedOriginsPage_IsServed()
    {
        await using var host = await TestHost.StartAsync(protection: new() { AllowedOrigins = ["https://grafana.example"] });
        using var before = await SendAsync(host, HttpMethod.Options, "/api/topology", ("Origin", "https://grafana.example"), ("Access-Control-Request-Method", "POST"));
        Assert.Equal(HttpStatusCode.NoContent, before.StatusCode);
        Assert.Contains("POST", string.Join(' ', before.Headers.GetValues("Access-Control-Allow-Methods")), StringComparison.Ordinal);
        using var answer = await SendAsync(host, HttpMethod.Get, "/api/topology", ("Origin", "https://grafana.example"));
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(["https://grafana.example"], answer.Headers.GetValues("Access-Control-Allow-Origin"));
        using var other = await SendAsync(host, HttpMethod.Get, "/api/topology", ("Origin", "https://grafana.example.evil"));
        Assert.Equal(HttpStatusCode.Forbidden, other.StatusCode);
    }

    [Theory]
    [InlineData("evil.example:8082", HttpStatusCode.Forbidden)]
    [InlineData("localhost.evil.example", HttpStatusCode.Forbidden)]
    [InlineData("localhost:8082", HttpStatusCode.OK)]
    [InlineData("127.0.0.1", HttpStatusCode.OK)]
    [InlineData("[::1]:8082", HttpStatusCode.OK)]
    [InlineData("LAB", HttpStatusCode.OK)]
    public async Task Request_ForAnotherName_IsRefusedWhereNamesAreChecked(string name, HttpStatusCode status)
    {
        await using var host = await TestHost.StartAsync(protection: new() { AllowedHosts = ["lab"] });
        using var answer = await SendAsync(host, HttpMethod.Get, "/api/topology", ("Host", name));
        Assert.Equal(status, answer.StatusCode);
    }

    [Theory]
    [InlineData("/api", HttpStatusCode.OK)]
    [InlineData("/nosuch", HttpStatusCode.NotFound)]
    [InlineData("/api/capture/nosuch", HttpStatusCode.NotFound)]
    [InlineData("/api/topology/compare", HttpStatusCode.MethodNotAllowed)]
    public async Task Answer_OfAnyKind_TellsBrowsersWhatNotToDo(string path, HttpStatusCode status)
    {
        await using var host = await TestHost.StartAsync();
        using var answer = await SendAsync(host, HttpMethod.Get, path);
        Assert.Equal(status, answer.StatusCode);
        Assert.Equal(["nosniff"], answer.Headers.GetValues("X-Content-Type-Options"));
        Assert.Equal(["DENY"], answer.Headers.GetValues("X-Frame-Options"));
        Assert.Contains("default-src 'none'", answer.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        Assert.True(answer.Headers.CacheControl!.NoStore);
    }

    private static async Task<HttpResponseMessage> SendAsync(TestHost host, HttpMethod method, string path, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(method, path);
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        return await host.Http.SendAsync(request, None);
    }
}
