using System.Net;
using System.Text;
using Skydive.Analyzer.Tests.Support;

namespace Skydive.Analyzer.Tests.Access;

public sealed class RequestLimitTests
{
    private static CancellationToken None => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_BeyondTheLimit_Are429_AndQueriesAreNot()
    {
        await using var host = await TestHost.StartAsync(protection: new() { Limits = new() { WritesPerSecond = 4 } });
        var answers = new List<HttpStatusCode>();
        for (int i = 0; i < 40; i++)
        {
            using var answer = await host.Http.DeleteAsync("/api/capture/none", None);
            answers.Add(answer.StatusCode);
            if (answer.StatusCode == HttpStatusCode.TooManyRequests)
            {
                Assert.NotNull(answer.Headers.RetryAfter);
            }
        }

        // As many as for five seconds may come at once.
        Assert.All(answers.Take(20), static status => Assert.Equal(HttpStatusCode.NotFound, status));
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
        for (int i = 0; i < 40; i++)
        {
            using var query = new StringContent("""{"GremlinQuery":"G.V().Count()"}""", Encoding.UTF8, "application/json");
            using var answer = await host.Http.PostAsync("/api/topology", query, None);
            Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        }

        // It wears off.
        await Task.Delay(TimeSpan.FromSeconds(1), None);
        using var later = await host.Http.DeleteAsync("/api/capture/none", None);
        Assert.Equal(HttpStatusCode.NotFound, later.StatusCode);
    }

    [Fact]
    public async Task Body_BeyondTheLimitOfItsEndpoint_Is413()
    {
        await using var host = await TestHost.StartAsync(protection: new() { Limits = new() { MaximumBodyBytes = 1000, MaximumInjectionBytes = 5000 } });
        foreach (var (path, size, status) in new[]
        {
            ("/api/topology", 900, HttpStatusCode.BadRequest), ("/api/topology", 1100, HttpStatusCode.RequestEntityTooLarge), ("/api/capture", 1100, HttpStatusCode.RequestEntityTooLarge),
            ("/api/injectpacket", 1100, HttpStatusCode.BadRequest), ("/api/injectpacket", 5100, HttpStatusCode.RequestEntityTooLarge), ("/api/pcap", 6000, HttpStatusCode.BadRequest),
        })
        {
            using var content = new StringContent(new string('[', size), Encoding.ASCII, "application/json");
            using var answer = await host.Http.PostAsync(path, content, None);
            Assert.True(answer.StatusCode == status, $"{path} {size}: {answer.StatusCode}");
        }
    }
}
