using System.Buffers.Binary;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Skydive.Service.Tests.Support;

namespace Skydive.Service.Tests.Journeys;

/// <summary>What no client would send, over real sockets: each has the right answer or the end of its connection, and the service neither falls, hangs nor grows.</summary>
public sealed partial class HostileInputJourneyTests(HostileInputJourneyTests.Fixture fixture) : IClassFixture<HostileInputJourneyTests.Fixture>, IAsyncLifetime
{
    private const int ConnectionsPerAddress = 400;
    private const int HeaderSeconds = 2;
    private const long MaximumGrowthBytes = 200 << 20;

    private readonly HttpClient _http = new() { Timeout = TimeSpan.FromSeconds(30) };
    private readonly TestService _service = fixture.Service;
    private long _before;

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _before = ResidentBytes();
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        // Whatever was thrown at it, the service is still there, answers at once and is no larger than before.
        Assert.True(_service.IsRunning, _service.Log);
        var watch = Stopwatch.StartNew();
        using var response = await _http.GetAsync(new Uri(_service.Address, "/readyz"));
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 5);
        Assert.InRange(ResidentBytes() - _before, long.MinValue, MaximumGrowthBytes);
        Assert.DoesNotContain("Unhandled", _service.Log, StringComparison.Ordinal);
        Assert.DoesNotContain(" failed\n", _service.Log, StringComparison.Ordinal);
        _http.Dispose();
    }

    public static TheoryData<string> Bodies =>
        ["/api/topology", "/api/topology/compare", "/api/flow/path", "/api/gremlin/validate", "/api/gremlin/complete", "/api/capture", "/api/injectpacket"];

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_NestedDeeplyOrNoText_Is400(string path)
    {
        byte[][] bodies =
        [
            Encoding.ASCII.GetBytes(new string('[', 500_000)),
            Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 100_000))),
            Encoding.ASCII.GetBytes("{\"GremlinQuery\":" + new string('[', 5000) + new string(']', 5000) + "}"),
            [0xff, 0xfe, 0x00, 0x7b],
            Encoding.ASCII.GetBytes("{\"GremlinQuery\":\"\\ud800\"}"),
            [.. "{\"GremlinQuery\":\""u8, 0xc0, 0xaf, .. "\"}"u8],
            Encoding.ASCII.GetBytes("{\"GremlinQuery\":1e999999999}"),
            Encoding.ASCII.GetBytes("{\"GremlinQuery\":\"G.V().Has('a'," + string.Concat(Enumerable.Repeat("Within(", 50_000)) + "\"}"),
            Encoding.ASCII.GetBytes("{\"GremlinQuery\":\"G.V()" + string.Concat(Enumerable.Repeat(".Where(__", 30_000)) + "\"}"),
            Encoding.ASCII.GetBytes("{\"GremlinQuery\":\"" + new string('(', 900_000) + "\"}"),
            RandomNumberGenerator.GetBytes(100_000),
        ];
        foreach (byte[] body in bodies)
        {
            using var content = new ByteArrayContent(body) { Headers = { ContentType = new("application/json") } };
            using var answer = await _http.PostAsync(new Uri(_service.Address, path), content, None);
            string text = await answer.Content.ReadAsStringAsync(None);
            bool isRight = answer.StatusCode == HttpStatusCode.BadRequest || (path == "/api/gremlin/validate" && text.Contains("\"Valid\":false", StringComparison.Ordinal))
                || (path == "/api/gremlin/complete" && answer.StatusCode == HttpStatusCode.OK);
            Assert.True(isRight, $"{Encoding.Latin1.GetString(body.AsSpan(0, Math.Min(60, body.Length)))}: {(int)answer.StatusCode} {text[..Math.Min(200, text.Length)]}");
            Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        }
    }

    [Theory]
    [MemberData(nameof(Bodies))]
    public async Task Body_ThatIsTooLarge_Is413(string path)
    {
        string announced = await RawHttp.AskAsync(_service.Address, $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: 99999999999\r\n\r\n{{\"a\":1");
        Assert.StartsWith("HTTP/1.1 413 ", announced, StringComparison.Ordinal);
        string chunk = "10000\r\n" + new string(' ', 0x10000) + "\r\n";
        string endless = await RawHttp.AskAsync(
            _service.Address, $"POST {path} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + string.Concat(Enumerable.Repeat(chunk, 250)));
        Assert.StartsWith("HTTP/1.1 413 ", endless, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("many headers", 431)]
    [InlineData("large header", 431)]
    [InlineData("long line", 414)]
    [InlineData("long name", 431)]
    [InlineData("NUL in header", 400)]
    [InlineData("NUL in path", 400)]
    [InlineData("no host", 400)]
    [InlineData("two hosts", 400)]
    [InlineData("no version", 400)]
    [InlineData("HTTP/9.9", 505)]
    [InlineData("garbage", 400)]
    [InlineData("method of 10,000 letters", 414)]
    public async Task Headers_ThatAreTooManyOrNone_HaveTheRightStatus(string kind, int status)
    {
        string request = kind switch
        {
            "many headers" => "GET /api HTTP/1.1\r\nHost: localhost\r\n" + string.Concat(Enumerable.Range(0, 5000).Select(static i => $"X-{i}: 1\r\n")) + "\r\n",
            "large header" => "GET /api HTTP/1.1\r\nHost: localhost\r\nX-Gremlin-Filter: " + new string('a', 200_000) + "\r\n\r\n",
            "long line" => "GET /" + new string('a', 200_000) + " HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "long name" => "GET /api HTTP/1.1\r\nHost: localhost\r\n" + new string('a', 200_000) + ": 1\r\n\r\n",
            "NUL in header" => "GET /api HTTP/1.1\r\nHost: localhost\r\nX-A: a\0b\r\n\r\n",
            "NUL in path" => "GET /api/config/host\0_id HTTP/1.1\r\nHost: localhost\r\n\r\n",
            "no host" => "GET /api HTTP/1.1\r\n\r\n",
            "two hosts" => "GET /api HTTP/1.1\r\nHost: localhost\r\nHost: other\r\n\r\n",
            "no version" => "GET /api\r\n\r\n",
            "HTTP/9.9" => "GET /api HTTP/9.9\r\nHost: localhost\r\n\r\n",
            "garbage" => Encoding.Latin1.GetString(RandomNumberGenerator.GetBytes(64)) + "\r\n\r\n",
            _ => new string('A', 10_000) + " /api HTTP/1.1\r\nHost: localhost\r\n\r\n",
        };
        string answer = await RawHttp.AskAsync(_service.Address, request);

        // A server that closes while much is still on its way may have its answer overtaken by the end.
        Assert.True(answer.StartsWith($"HTTP/1.1 {status} ", StringComparison.Ordinal) || answer == "\n(reset)", answer);
        Assert.DoesNotContain("200 OK", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/../etc/passwd")]
    [InlineData("/api/../../etc/passwd")]
    [InlineData("/%2e%2e/%2e%2e/etc/passwd")]
    [InlineData("/api/%2e%2e%2f%2e%2e%2fetc%2fpasswd")]
    [InlineData("/..%5c..%5cetc%5cpasswd")]
    [InlineData("/%c0%ae%c0%ae/%c0%ae%c0%ae/etc/passwd")]
    [InlineData("/%u002e%u002e/etc/passwd")]
    [InlineData("//etc/passwd")]
    [InlineData("//api//topology")]
    [InlineData("/api/capture/%00")]
    [InlineData("/api/config/%00")]
    [InlineData("/api/config/../../../etc/passwd")]
    [InlineData("/api/capture/..%2f..%2fconfig%2fhost_id")]
    [InlineData("/%")]
    [InlineData("/%zz")]
    [InlineData("/api/capture/%ff%fe")]
    [InlineData("/api;x=1/topology")]
    [InlineData("*")]
    [InlineData("http://evil.example/api/nothing")]
    public async Task Path_Tricks_LeadNowhere(string path)
    {
        string answer = await RawHttp.AskAsync(_service.Address, $"GET {path} HTTP/1.1\r\nHost: {_service.Address.Authority}\r\nConnection: close\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (400|403|404|405) ", answer);
        Assert.DoesNotContain("root:", answer, StringComparison.Ordinal);
    }

    /// <summary>Requests whose end two servers may see at different places; behind each hides another.</summary>
    [Theory]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nContent-Length: 60\r\n\r\n1234")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4, 60\r\n\r\n1234")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nContent-Length: -1\r\n\r\n")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0x4\r\n\r\n1234")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999999999999999\r\n\r\n1234")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: identity\r\nContent-Length: 4\r\n\r\n1234")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding : chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nX-A: b\r\n Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nX-A: b\rTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n\r\n")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n12345\r\n0\r\n\r\n")]
    [InlineData("POST /api/topology HTTP/1.1\r\nHost: localhost\r\n: empty\r\n\r\n")]
    public async Task Smuggling_Forms_AreRefusedAndNothingBehindThemIsServed(string request)
    {
        string answer = await RawHttp.AskAsync(
            _service.Address, request + "GET /api/config/host_id HTTP/1.1\r\nHost: localhost\r\n\r\n", TimeSpan.FromSeconds(1));
        Assert.Matches("^HTTP/1.1 (400|413|501) ", answer);
        Assert.Single(StatusLine().Matches(answer));
        Assert.DoesNotContain("200 OK", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Smuggling_LengthAndChunksTogether_AreReadAsChunksAndTheConnectionEnds()
    {
        // RFC 9112, 6.3: chunks count, and what follows is not trusted.
        string answer = await RawHttp.AskAsync(
            _service.Address,
            "POST /api/topology HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /api/config/host_id HTTP/1.1\r\nHost: localhost\r\n\r\n",
            TimeSpan.FromSeconds(3));
        Assert.Single(StatusLine().Matches(answer));
        Assert.DoesNotContain("(silence)", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task SlowRequests_AreEnded_AndOthersAreServedMeanwhile()
    {
        var slow = new List<TcpClient>();
        var streams = new List<NetworkStream>();
        try
        {
            for (int i = 0; i < 200; i++)
            {
                var client = new TcpClient();
                await client.ConnectAsync(_service.Address.Host, _service.Address.Port, None);
                await client.GetStream().WriteAsync("GET /api HTTP/1.1\r\nHost: localhost\r\nX-A: "u8.ToArray(), None);
                slow.Add(client);
                streams.Add(client.GetStream());
            }

            var watch = Stopwatch.StartNew();
            var dribbling = Task.Run(
                async () =>
                {
                    // A letter now and then does not help.
                    while (watch.Elapsed < TimeSpan.FromSeconds(HeaderSeconds + 4))
                    {
                        foreach (var stream in streams)
                        {
                            try
                            {
                                await stream.WriteAsync("a"u8.ToArray(), None);
                            }
                            catch (IOException)
                            {
                            }
                        }

                        await Task.Delay(300, None);
                    }
                },
                None);
            for (int i = 0; i < 10; i++)
            {
                var asked = Stopwatch.StartNew();
                using var answer = await _http.GetAsync(new Uri(_service.Address, "/api"), None);
                Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
                Assert.InRange(asked.Elapsed.TotalSeconds, 0, 3);
            }

            foreach (var stream in streams.Take(20))
            {
                string text = await RawHttp.ReadAsync(stream, TimeSpan.FromSeconds(HeaderSeconds + 10));
                Assert.DoesNotContain("(silence)", text, StringComparison.Ordinal);
            }

            await dribbling;
        }
        finally
        {
            slow.ForEach(static client => client.Dispose());
        }
    }

    [Fact]
    public async Task SlowBody_IsEnded()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(_service.Address.Host, _service.Address.Port, None);
        var stream = client.GetStream();
        await stream.WriteAsync("POST /api/topology HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\n{"u8.ToArray(), None);
        string answer = await RawHttp.ReadAsync(stream, TimeSpan.FromSeconds(20));
        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Connections_BeyondTheLimit_AreRefused_UntilOthersEnd()
    {
        var open = new List<TcpClient>();
        try
        {
            int refused = 0;
            int atOnce = 0;
            for (int i = 0; i < ConnectionsPerAddress + 100; i++)
            {
                var client = new TcpClient();
                try
                {
                    await client.ConnectAsync(_service.Address.Host, _service.Address.Port, None);
                    open.Add(client);
                }
                catch (SocketException)
                {
                    // It was quicker than our handshake.
                    atOnce++;
                    client.Dispose();
                }
            }

            await Wait.UntilAsync(
                () =>
                {
                    refused = atOnce + open.Count(static client => client.Client.Poll(0, SelectMode.SelectRead));
                    return Task.FromResult(refused >= 90);
                },
                TimeSpan.FromSeconds(10));
            Assert.InRange(refused, 90, 110);
            Assert.Contains("http.limits.connections", _service.Log, StringComparison.Ordinal);
        }
        finally
        {
            open.ForEach(static client => client.Dispose());
        }

        await Wait.UntilAsync(
            async () =>
            {
                using var client = new HttpClient();
                try
                {
                    using var answer = await client.GetAsync(new Uri(_service.Address, "/api"), None);
                    return answer.IsSuccessStatusCode;
                }
                catch (HttpRequestException)
                {
                    return false;
                }
            },
            TimeSpan.FromSeconds(10));
    }

    /// <summary>Frames that RFC 6455 forbids, by name: each ends the connection.</summary>
    [Theory]
    [InlineData("reserved opcode 3", true)]
    [InlineData("reserved opcode 11", true)]
    [InlineData("reserved bits", true)]
    [InlineData("not masked", false)]
    [InlineData("fragmented ping", true)]
    [InlineData("ping of 200 bytes", true)]
    [InlineData("continuation of nothing", true)]
    [InlineData("text within text", true)]
    [InlineData("close with one byte", true)]
    [InlineData("close with a code of nobody", true)]
    [InlineData("length of 2^63", true)]
    [InlineData("text that is no UTF-8", false)]
    [InlineData("random bytes", true)]
    [InlineData("message of 1 MB", true)]
    [InlineData("fragments without end", true)]
    public async Task WebSocket_Garbage_EndsTheConnection(string kind, bool ends)
    {
        foreach (string path in new[] { "/ws/subscriber", "/ws/publisher", "/ws/agent/topology", "/ws/agent/flow" })
        {
            // What is too much for a subscriber is not for those who send graphs.
            if (path != "/ws/subscriber" && kind is "message of 1 MB" or "fragments without end" && path != "/ws/subscriber")
            {
                continue;
            }

            using var client = new TcpClient();
            var stream = await OpenAsync(client, path);
            try
            {
                await stream.WriteAsync(Garbage(kind), None);
            }
            catch (IOException)
            {
                // It had enough.
            }

            string rest = await RawHttp.ReadAsync(stream, TimeSpan.FromSeconds(ends ? 10 : 1));
            Assert.True(!ends || !rest.EndsWith("(silence)", StringComparison.Ordinal), $"{path}: {kind}: {rest.Length}");
        }
    }

    [Fact]
    public async Task WebSocket_FloodsOfFragmentsAndPings_CostNoMemory()
    {
        foreach (var frame in new byte[][] { Frame(0x00, []), Frame(0x89, [1]), Frame(0x00, [(byte)' ']) })
        {
            using var client = new TcpClient();
            var stream = await OpenAsync(client, "/ws/subscriber");
            var reading = RawHttp.ReadAsync(stream, TimeSpan.FromSeconds(3));
            byte[] many = [.. Enumerable.Repeat(frame, 4000).SelectMany(static bytes => bytes)];
            try
            {
                await stream.WriteAsync(Frame(0x01, [(byte)' ']), None);
                for (int i = 0; i < 100; i++)
                {
                    await stream.WriteAsync(many, None);
                }
            }
            catch (IOException)
            {
                // It had enough.
            }

            client.Client.Shutdown(SocketShutdown.Send);
            await reading;
        }
    }

    [Fact]
    public async Task WebSocket_RandomFrames_NeverFellTheService()
    {
        var random = new Random(5);
        for (int i = 0; i < 300; i++)
        {
            using var client = new TcpClient();
            var stream = await OpenAsync(client, i % 2 == 0 ? "/ws/subscriber" : "/ws/publisher");
            try
            {
                for (int n = 0; n < 20; n++)
                {
                    byte[] payload = new byte[random.Next(300)];
                    random.NextBytes(payload);
                    await stream.WriteAsync(Frame((byte)(random.Next(4) == 0 ? random.Next(256) : 0x81), payload), None);
                }
            }
            catch (IOException)
            {
                // It had enough.
            }
        }
    }

    [GeneratedRegex(@"HTTP/1\.1 \d\d\d ")]
    private static partial Regex StatusLine();

    private static byte[] Garbage(string kind) => kind switch
    {
        "reserved opcode 3" => Frame(0x83, "x"u8),
        "reserved opcode 11" => Frame(0x8b, "x"u8),
        "reserved bits" => Frame(0xf1, "x"u8),
        "not masked" => [0x81, 1, (byte)'x'],
        "fragmented ping" => Frame(0x09, "x"u8),
        "ping of 200 bytes" => Frame(0x89, new byte[200]),
        "continuation of nothing" => Frame(0x80, "x"u8),
        "text within text" => [.. Frame(0x01, "x"u8), .. Frame(0x81, "y"u8)],
        "close with one byte" => Frame(0x88, [3]),
        "close with a code of nobody" => Frame(0x88, [0, 1]),
        "length of 2^63" => [0x81, 0xff, 0x80, 0, 0, 0, 0, 0, 0, 0, 1, 2, 3, 4],
        "text that is no UTF-8" => Frame(0x81, [0xff, 0xfe]),
        "random bytes" => [0xf7, .. RandomNumberGenerator.GetBytes(4096)],
        "message of 1 MB" => Frame(0x81, new byte[1 << 20]),
        _ => [.. Frame(0x01, new byte[1000]), .. Enumerable.Repeat(Frame(0x00, new byte[1000]), 500).SelectMany(static bytes => bytes)],
    };

    /// <summary>A frame as a client sends it, masked.</summary>
    private static byte[] Frame(byte first, ReadOnlySpan<byte> payload)
    {
        var frame = new List<byte> { first };
        Span<byte> length = stackalloc byte[8];
        if (payload.Length < 126)
        {
            frame.Add((byte)(0x80 | payload.Length));
        }
        else if (payload.Length <= ushort.MaxValue)
        {
            frame.Add(0xfe);
            BinaryPrimitives.WriteUInt16BigEndian(length, (ushort)payload.Length);
            frame.AddRange(length[..2]);
        }
        else
        {
            frame.Add(0xff);
            BinaryPrimitives.WriteInt64BigEndian(length, payload.Length);
            frame.AddRange(length);
        }

        // A mask of zeros changes nothing.
        frame.AddRange([0, 0, 0, 0]);
        frame.AddRange(payload);
        return [.. frame];
    }

    private async Task<NetworkStream> OpenAsync(TcpClient client, string path)
    {
        await client.ConnectAsync(_service.Address.Host, _service.Address.Port, None);
        var stream = client.GetStream();
        string type = path.StartsWith("/ws/agent", StringComparison.Ordinal) ? "agent" : "test";
        string request =
            $"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            + $"X-Host-ID: {Guid.NewGuid()}\r\nX-Client-Type: {type}\r\n\r\n";
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), None);
        var head = new StringBuilder();
        byte[] letter = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            Assert.Equal(1, await stream.ReadAsync(letter, None));
            head.Append((char)letter[0]);
        }

        Assert.StartsWith("HTTP/1.1 101 ", head.ToString(), StringComparison.Ordinal);
        return stream;
    }

    private long ResidentBytes() =>
        long.Parse(File.ReadLines($"/proc/{_service.ProcessId}/status").Single(static line => line.StartsWith("VmRSS:", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture) * 1024;

    /// <summary>An analyzer with limits that a test can reach.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private readonly TemporaryDirectory _data = new();

        internal TestService Service { get; private set; } = null!;

        public async ValueTask InitializeAsync() => Service = await TestService.StartAsync(
            "analyzer",
            _data.Path,
            new Dictionary<string, string>
            {
                ["SKYDIVE_HTTP_LIMITS_HEADER_TIME"] = $"{HeaderSeconds}",
                ["SKYDIVE_HTTP_LIMITS_CONNECTIONS_PER_ADDRESS"] = $"{ConnectionsPerAddress}",
            });

        public async ValueTask DisposeAsync()
        {
            await Service.DisposeAsync();
            _data.Dispose();
        }
    }
}
