using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Skydive.Client.Errors;
using Skydive.Contracts.Captures;

namespace Skydive.Client.Tests;

public sealed class ResourceTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Info_AndStatus_AreReadAsSkydiveSendsThem()
    {
        await using var service = await TestService.StartAsync(static context => context.Response.WriteAsync(context.Request.Path == "/api"
            ? "{\"Host\":\"lab\",\"Version\":\"0.28.0\",\"Service\":\"analyzer\"}\n"
            : "{\"Agents\":{\"lab\":{\"ServiceType\":\"agent\",\"ClientProtocol\":\"protobuf\",\"Addr\":\"127.0.0.1\",\"Port\":34188,\"IsConnected\":true,\"ConnectTime\":\"2026-11-21T00:31:46.252179149Z\",\"RemoteHost\":\"lab\"}},\"Peers\":{\"Incomers\":{},\"Outgoers\":{}},\"Publishers\":{},\"Subscribers\":{},\"Alerts\":{\"IsMaster\":true},\"Captures\":{\"IsMaster\":true},\"Probes\":{\"fabric\":{\"Status\":\"running\"}}}\n"));
        using var client = service.Connect();

        Assert.Equal("0.28.0", (await client.GetInfoAsync(Token)).Version);
        var status = await client.GetStatusAsync(Token);
        Assert.Equal(34188, status.Agents["lab"].Port);
        Assert.Equal("running", status.Probes["fabric"].Status);
    }

    [Fact]
    public async Task Configuration_IsRead()
    {
        string? path = null;
        await using var service = await TestService.StartAsync(context =>
        {
            path = context.Request.Path;
            return context.Response.WriteAsync("[{\"Key\":\"analyzers\",\"Value\":[\"a:1\"],\"Default\":null,\"Type\":\"TextList\",\"Source\":\"x.yml:1:2\"},{\"Key\":\"flow.update\",\"Value\":0.5,\"Default\":60,\"Type\":\"Duration\",\"Source\":\"default\"}]\n");
        });
        using var client = service.Connect();

        var settings = await client.ListConfigurationAsync(Token);

        Assert.Equal("/api/config", path);
        Assert.Equal(["analyzers", "flow.update"], settings.Select(static setting => setting.Key));
        Assert.Equal("a:1", Assert.Single(settings[0].Value.Elements.ToArray()).AsString);
        Assert.True(settings[1].Value.TryGetDouble(out double seconds));
        Assert.Equal(0.5, seconds);
    }

    [Fact]
    public async Task CreateCapture_WithTimeToLive_SendsTheHeader()
    {
        string? sent = null;
        string? ttl = null;
        await using var service = await TestService.StartAsync(async context =>
        {
            sent = await new StreamReader(context.Request.Body).ReadToEndAsync();
            ttl = context.Request.Headers["X-Resource-TTL"];
            context.Response.StatusCode = 201;
            await context.Response.WriteAsync("{\"GremlinQuery\":\"G.V()\",\"BPFFilter\":\"icmp\",\"Count\":0,\"SamplingRate\":0,\"PollingInterval\":0,\"ExtraTCPMetric\":false,\"IPDefrag\":false,\"ReassembleTCP\":false,\"LayerKeyMode\":\"L2\",\"UUID\":\"bdd8\"}");
        });
        using var client = service.Connect();

        var capture = await client.CreateCaptureAsync(new Capture { GremlinQuery = "G.V()", BPFFilter = "icmp" }, TimeSpan.FromSeconds(1.5), Token);

        Assert.Equal("bdd8", capture.UUID);
        Assert.Equal("1500ms", ttl);
        Assert.Equal("icmp", JsonDocument.Parse(sent!).RootElement.GetProperty("BPFFilter").GetString());
    }

    [Fact]
    public async Task Captures_ListGetDelete_UseTheirPaths()
    {
        const string One = "{\"GremlinQuery\":\"G.V()\",\"Name\":\"one\",\"LayerKeyMode\":\"L2\",\"UUID\":\"1\"}";
        const string Two = "{\"GremlinQuery\":\"G.V()\",\"Name\":\"another\",\"LayerKeyMode\":\"L3\",\"UUID\":\"2\"}";
        var seen = new List<string>();
        await using var service = await TestService.StartAsync(context =>
        {
            seen.Add($"{context.Request.Method} {context.Request.Path}");
            return context.Response.WriteAsync(context.Request.Path == "/api/capture" ? $"{{\"1\":{One},\"2\":{Two}}}" : context.Request.Method == "GET" ? One : string.Empty);
        });
        using var client = service.Connect();

        Assert.Equal(["another", "one"], (await client.ListCapturesAsync(Token)).Select(capture => capture.Name));
        Assert.Equal("one", (await client.GetCaptureAsync("1", Token)).Name);
        await client.DeleteCaptureAsync("a/../b", Token);

        // What a user gives as an identifier cannot become another path.
        Assert.Equal(["GET /api/capture", "GET /api/capture/1", "DELETE /api/capture/a%2F..%2Fb"], seen);
    }

    [Fact]
    public async Task UploadPcap_LargeFile_IsSentWholeAndToldOf()
    {
        byte[] pcap = new byte[3_000_000];
        new Random(1).NextBytes(pcap);
        byte[]? received = null;
        await using var service = await TestService.StartAsync(async context =>
        {
            var memory = new MemoryStream();
            await context.Request.Body.CopyToAsync(memory);
            received = memory.ToArray();
            context.Response.StatusCode = 202;
        });
        using var client = service.Connect();
        long told = 0;

        await client.UploadPcapAsync(new MemoryStream(pcap), sent => told = sent, Token);

        Assert.Equal(pcap, received);
        Assert.Equal(pcap.Length, told);
    }

    [Theory]
    [InlineData(200, true)]
    [InlineData(503, false)]
    public async Task Health_ToldByTheStatus(int status, bool expected)
    {
        await using var service = await TestService.StartAsync(context =>
        {
            context.Response.StatusCode = context.Request.Path == "/healthz" ? status : 404;
            return Task.CompletedTask;
        });
        using var client = service.Connect();

        Assert.Equal(expected, await client.GetHealthAsync(Token));
    }

    [Fact]
    public async Task Authentication_CredentialOrToken_TravelsWithEveryRequest()
    {
        var seen = new List<string>();
        await using var service = await TestService.StartAsync(context =>
        {
            seen.Add($"{context.Request.Headers.Authorization}|{context.Request.Headers["X-Auth-Token"]}");
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        });
        using var byPassword = service.Connect(static options => options with { Credential = new("ann", "pässword") });
        using var byToken = service.Connect(static options => options with { Token = "abc" });

        await Assert.ThrowsAsync<SkydiveApiException>(() => byPassword.GetInfoAsync(Token));
        await Assert.ThrowsAsync<SkydiveApiException>(() => byToken.GetInfoAsync(Token));

        Assert.Equal(["Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("ann:pässword")) + "|", "Bearer abc|abc"], seen);
    }

    [Theory]
    [InlineData("http://web1:9000", "http://web1:9000/")]
    [InlineData("https://web1/sky", "https://web1/sky")]
    [InlineData("web1", "http://web1:8082/")]
    [InlineData("web1:80", "http://web1/")]
    [InlineData("127.0.0.1:8082", "http://127.0.0.1:8082/")]
    [InlineData("[::1]:8082", "http://[::1]:8082/")]
    [InlineData("ftp://web1", null)]
    [InlineData("", null)]
    [InlineData("a b", null)]
    public void TryParseAddress_Text_IsAddressOrNone(string text, string? expected) =>
        Assert.Equal(expected, SkydiveClientOptions.TryParseAddress(text, out var address) ? address.AbsoluteUri : null);
}
