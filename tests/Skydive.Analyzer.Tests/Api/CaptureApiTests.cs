using System.Net;
using System.Text;
using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Flows;

namespace Skydive.Analyzer.Tests.Api;

/// <summary>Captures over REST.</summary>
public sealed class CaptureApiTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task CreateListGetDelete_GoTogether()
    {
        var (status, created) = await SendAsync("POST", "/api/capture", """{"GremlinQuery":"G.V().Has(\"Name\",\"eth0\")","Name":"cap","Description":"dd"}""");
        Assert.Equal(201, status);
        var capture = JsonSerializer.Deserialize(created, ContractsJsonContext.Default.Capture)!;
        Assert.Equal(("cap", "dd"), (capture.Name, capture.Description));

        var (_, list) = await SendAsync("GET", "/api/capture");
        using (var document = JsonDocument.Parse(list))
        {
            Assert.Equal(capture.UUID, Assert.Single(document.RootElement.EnumerateObject()).Name);
            Assert.Equal(Shape(created), AnswerShape.Of(document.RootElement.GetProperty(capture.UUID)));
        }

        var (found, one) = await SendAsync("GET", $"/api/capture/{capture.UUID}");
        Assert.Equal((200, created), (found, one));

        Assert.Equal((200, string.Empty), await SendAsync("DELETE", $"/api/capture/{capture.UUID}"));
        Assert.Equal((404, $"Capture '{capture.UUID}' not found\n"), await SendAsync("DELETE", $"/api/capture/{capture.UUID}"));
        Assert.Equal(404, (await SendAsync("GET", $"/api/capture/{capture.UUID}")).Status);
        Assert.Equal((200, "{}"), await SendAsync("GET", "/api/capture"));
    }

    [Fact]
    public async Task Create_LooksAsSkydives()
    {
        var golden = Golden.Get("129-").Json;

        var (status, created) = await SendAsync("POST", "/api/capture", golden.GetProperty("body").GetRawText());

        Assert.Equal(golden.GetProperty("status").GetInt32(), status);
        Assert.Equal(AnswerShape.Of(golden.GetProperty("json")), Shape(created));
    }

    [Fact]
    public async Task Create_ByPath_IsFoundAndEndedByIt()
    {
        const string Path = "host1[Type=host]/br1[Type=ovsbridge]";
        var (status, created) = await SendAsync("POST", "/api/capture", $$"""{"ProbePath":"{{Path}}"}""");

        Assert.Equal(201, status);
        var capture = JsonSerializer.Deserialize(created, ContractsJsonContext.Default.Capture)!;
        Assert.Equal(Path, capture.ProbePath);
        Assert.StartsWith("G.V().Has('Name', 'host1', 'Type', 'host')", capture.GremlinQuery, StringComparison.Ordinal);
        Assert.Equal((200, created), await SendAsync("GET", "/api/capture/" + Path));
        Assert.Equal(200, (await SendAsync("DELETE", "/api/capture/" + Path)).Status);
        Assert.Equal((200, "{}"), await SendAsync("GET", "/api/capture"));
    }

    [Fact]
    public async Task Create_Twice_IsAConflict()
    {
        await SendAsync("POST", "/api/capture", """{"GremlinQuery":"G.V()"}""");

        Assert.Equal(409, (await SendAsync("POST", "/api/capture", """{"GremlinQuery":"G.V()"}""")).Status);
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("""{"GremlinQuery":null}""")]
    [InlineData("""{"GremlinQuery":7}""")]
    [InlineData("""{"GremlinQuery":"G.V()","LayerKeyMode":"L9"}""")]
    [InlineData("""{"GremlinQuery":"G.V()","HeaderSize":99999999999999}""")]
    [InlineData("""{"ProbePath":7}""")]
    [InlineData("""{"ProbePath":"host1"}""")]
    [InlineData("""{"ProbePath":"host1[Type=host]","GremlinQuery":"G.V()"}""")]
    public async Task Create_NoCapture_IsToldSo(string body)
    {
        var (status, text) = await SendAsync("POST", "/api/capture", body);

        Assert.Equal(400, status);
        Assert.NotEmpty(text);
        Assert.Equal((200, "{}"), await SendAsync("GET", "/api/capture"));
    }

    [Theory]
    [InlineData("30s", 201)]
    [InlineData("1h30m", 201)]
    [InlineData("soon", 400)]
    [InlineData("0s", 400)]
    [InlineData("-5s", 400)]
    public async Task Create_TimeToLive_IsADuration(string timeToLive, int expected) =>
        Assert.Equal(expected, (await SendAsync("POST", "/api/capture", """{"GremlinQuery":"G.V()"}""", ("X-Resource-TTL", timeToLive))).Status);

    [Fact]
    public async Task Create_Invalid_IsAProblemDocumentForThoseWhoAskForOne()
    {
        var (status, text) = await SendAsync("POST", "/api/capture", """{"GremlinQuery":"G.V("}""", ("Accept", "application/problem+json"));

        using var document = JsonDocument.Parse(text);
        Assert.Equal((400, ErrorCodes.InvalidCapture), (status, document.RootElement.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData(LayerKeyMode.L2)]
    [InlineData(LayerKeyMode.L3)]
    public async Task Create_WithoutLayerKeyMode_HasTheConfiguredOne(LayerKeyMode configured)
    {
        await _host.DisposeAsync();
        _host = await TestHost.StartAsync(options => options with { DefaultLayerKeyMode = configured });

        var (_, created) = await SendAsync("POST", "/api/capture", """{"GremlinQuery":"G.V()"}""");
        var (_, other) = await SendAsync("POST", "/api/capture", """{"GremlinQuery":"G.V().Has('a','b')","LayerKeyMode":"L2"}""");

        Assert.Equal(configured, JsonSerializer.Deserialize(created, ContractsJsonContext.Default.Capture)!.LayerKeyMode);
        Assert.Equal(LayerKeyMode.L2, JsonSerializer.Deserialize(other, ContractsJsonContext.Default.Capture)!.LayerKeyMode);
    }

    [Fact]
    public async Task Patch_IsNotAllowed() => Assert.Equal(405, (await SendAsync("PATCH", "/api/capture/x", "[]")).Status);

    [Fact]
    public async Task Create_TooLarge_IsRefused() => Assert.Equal(
        (int)HttpStatusCode.RequestEntityTooLarge, (await SendAsync("POST", "/api/capture", $$"""{"GremlinQuery":"G.V().Has('a','{{new string('x', 2 << 20)}}')"}""")).Status);

    private static string Shape(string json)
    {
        using var document = JsonDocument.Parse(json);
        return AnswerShape.Of(document.RootElement);
    }

    private async Task<(int Status, string Text)> SendAsync(string method, string path, string? body = null, params (string Name, string Value)[] headers)
    {
        using var request = new HttpRequestMessage(new(method), path);
        request.Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json");
        foreach (var (name, value) in headers)
        {
            request.Headers.TryAddWithoutValidation(name, value);
        }

        using var response = await _host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
