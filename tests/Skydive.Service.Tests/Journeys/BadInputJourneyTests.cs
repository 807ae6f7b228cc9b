using System.Net;
using System.Net.WebSockets;
using System.Text;
using Skydive.Contracts.Messages;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

public sealed class BadInputJourneyTests(AnalyzerFixture fixture) : IClassFixture<AnalyzerFixture>, IAsyncLifetime
{
    private readonly HttpClient _http = new();
    private readonly TestService _service = fixture.Service;

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    public async ValueTask DisposeAsync()
    {
        // Whatever was thrown at it, the service is still there.
        using var response = await _http.GetAsync(new Uri(_service.Address, "/readyz"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        _http.Dispose();
    }

    [Theory]
    [InlineData("/api/topology", "{bad", "invalid")]
    [InlineData("/api/topology", "[1]", "JSON")]
    [InlineData("/api/topology", """{"GremlinQuery":"G.V("}""", "column")]
    [InlineData("/api/topology", """{"GremlinQuery":"G.V().Hass('a')"}""", "Has")]
    [InlineData("/api/topology", """{"GremlinQuery":"G.V('no-such-node')"}""", "no-such-node")]
    [InlineData("/api/capture", "{}", "GremlinQuery")]
    [InlineData("/api/capture", """{"GremlinQuery":"G.V("}""", "GremlinQuery: Not a valid Gremlin expression")]
    [InlineData("/api/capture", """{"GremlinQuery":"G.V().Count()"}""", "needs nodes")]
    [InlineData("/api/capture", """{"GremlinQuery":"G.V()","BPFFilter":"zzz bad"}""", "BPFFilter: Not a valid BPF expression")]
    [InlineData("/api/capture", """{"GremlinQuery":"G.V()","Type":"zz"}""", "Type: Not a valid capture type: zz")]
    [InlineData("/api/capture", """{"GremlinQuery":"G.V()","RawPacketLimit":-5}""", "RawPacketLimit")]
    [InlineData("/api/pcap", "this is no pcap file, though it is long enough to be one", "pcap")]
    [InlineData("/api/pcap", "", "pcap")]
    public async Task Post_Malformed_OneClearError(string path, string body, string expected)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync(new Uri(_service.Address, path), content);
        string text = await response.Content.ReadAsStringAsync();

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(expected, text, StringComparison.OrdinalIgnoreCase);
        Assert.Equal(1, text.Count(static character => character == '\n'));
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_MalformedQueryFromAClientOfOurs_GivesAProblemDocument()
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(_service.Address, "/api/topology"))
        {
            Content = new StringContent("""{"GremlinQuery":"G.V().Has('Type'"}"""),
        };
        request.Headers.Accept.ParseAdd("application/problem+json");
        using var response = await _http.SendAsync(request);
        string text = await response.Content.ReadAsStringAsync();

        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        Assert.Contains("\"code\":\"GremlinSyntaxError\"", text, StringComparison.Ordinal);
        Assert.Contains("\"column\":", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/api/nothing", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/capture/none", HttpStatusCode.NotFound)]
    [InlineData("DELETE", "/api/capture/none", HttpStatusCode.NotFound)]
    [InlineData("GET", "/api/node/no.such.node", HttpStatusCode.NotFound)]
    [InlineData("PATCH", "/api/edge/no.such.edge", HttpStatusCode.NotFound)]
    [InlineData("PUT", "/api/capture", HttpStatusCode.MethodNotAllowed)]
    [InlineData("GET", "/ws/subscriber", HttpStatusCode.UpgradeRequired)]
    [InlineData("POST", "/api/topology", HttpStatusCode.NoContent)]
    public async Task Request_Unanswerable_HasTheRightStatus(string method, string path, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_service.Address, path));
        using var response = await _http.SendAsync(request);

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("GET", "/api/topology", "http://evil.example")]
    [InlineData("POST", "/api/capture", "http://localhost:1")]
    [InlineData("GET", "/ws/subscriber", "null")]
    public async Task Request_FromAPageOfAnotherOrigin_IsRefused(string method, string path, string origin)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), new Uri(_service.Address, path));
        request.Headers.Add("Origin", origin);
        using var response = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
    }

    [Fact]
    public async Task Request_FromAPageOfTheServiceItself_IsAnswered()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(_service.Address, "/api/topology"));
        request.Headers.Add("Origin", _service.Address.GetLeftPart(UriPartial.Authority));
        using var response = await _http.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Capture_SameAgain_Conflicts()
    {
        await _service.Client.CreateCaptureAsync(new() { GremlinQuery = "G.V().Has('Name','a')" }, null, CancellationToken.None);
        using var content = new StringContent("""{"GremlinQuery":"G.V().Has('Name','a')"}""");
        using var response = await _http.PostAsync(new Uri(_service.Address, "/api/capture"), content);

        Assert.Equal(HttpStatusCode.Conflict, response.StatusCode);
    }

    [Fact]
    public async Task Subscriber_BadFilterInHeader_IsClosedWithTheReason()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader(WebSocketHeaders.ClientType, "test");
        socket.Options.SetRequestHeader(WebSocketHeaders.GremlinFilter, "G.V(");
        await socket.ConnectAsync(Subscriber, CancellationToken.None);
        var result = await socket.ReceiveAsync(new byte[256], TestContext.Current.CancellationToken);

        Assert.Equal(WebSocketMessageType.Close, result.MessageType);
        Assert.StartsWith("Invalid Gremlin filter 'G.V('", result.CloseStatusDescription, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscriber_BadFilterInRequest_GetsStatus400AndStays()
    {
        using var socket = new ClientWebSocket();
        socket.Options.SetRequestHeader(WebSocketHeaders.ClientType, "test");
        await socket.ConnectAsync(Subscriber, CancellationToken.None);
        await SendAsync(socket, "no JSON at all");
        await SendAsync(socket, """{"Namespace":"Graph","Type":"SyncRequest","UUID":"u1","Status":200,"Obj":{"GremlinFilter":"G.V("}}""");
        string refusal = await ReceiveAsync(socket);
        await SendAsync(socket, """{"Namespace":"Graph","Type":"SyncRequest","UUID":"u2","Status":200,"Obj":{}}""");
        string answer = await ReceiveAsync(socket);

        Assert.Contains("\"Status\":400", refusal, StringComparison.Ordinal);
        Assert.Contains("Invalid Gremlin filter 'G.V('", refusal, StringComparison.Ordinal);
        Assert.Contains("\"UUID\":\"u2\",\"Status\":200", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Subscriber_SameIdentityTwice_SecondIsRefused()
    {
        using var first = new ClientWebSocket();
        first.Options.SetRequestHeader(WebSocketHeaders.ClientType, "test");
        first.Options.SetRequestHeader(WebSocketHeaders.HostId, "one");
        await first.ConnectAsync(Subscriber, CancellationToken.None);
        using var second = new ClientWebSocket();
        second.Options.SetRequestHeader(WebSocketHeaders.ClientType, "test");
        second.Options.SetRequestHeader(WebSocketHeaders.HostId, "one");
        second.Options.CollectHttpResponseDetails = true;

        await Assert.ThrowsAsync<WebSocketException>(() => second.ConnectAsync(Subscriber, CancellationToken.None));
        Assert.Equal(HttpStatusCode.Conflict, second.HttpStatusCode);
    }

    [Fact]
    public void Configuration_ManyFaults_AllAreToldAtOnceWithLines()
    {
        using var data = new TemporaryDirectory();
        string file = Path.Combine(data.Path, "skydive.yml");
        File.WriteAllText(
            file,
            """
            analyzer:
              listen: nowhere
              lissten: 127.0.0.1:1
            flow:
              update: soon
            """);

        var (code, output) = Shell.TryRun($"dotnet {TestService.Program} allinone -c {file}");

        Assert.Equal(78, code);
        Assert.Contains($"{file}:2:11: error: analyzer.listen: 'nowhere' is not valid", output, StringComparison.Ordinal);
        Assert.Contains($"{file}:3:3: warning: unknown key 'analyzer.lissten'; did you mean 'analyzer.listen'?", output, StringComparison.Ordinal);
        Assert.Contains($"{file}:5:11: error: flow.update: 'soon' is not valid", output, StringComparison.Ordinal);
    }

    private Uri Subscriber => new UriBuilder(_service.Address) { Scheme = "ws", Path = "/ws/subscriber" }.Uri;

    private static Task SendAsync(ClientWebSocket socket, string text) =>
        socket.SendAsync(Encoding.UTF8.GetBytes(text), WebSocketMessageType.Text, true, CancellationToken.None);

    private static async Task<string> ReceiveAsync(ClientWebSocket socket)
    {
        using var deadline = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        var received = await WebSocketReader.ReadAsync(socket, 1 << 20, deadline.Token);
        return Encoding.UTF8.GetString(received!.Value.Data.Span);
    }
}
