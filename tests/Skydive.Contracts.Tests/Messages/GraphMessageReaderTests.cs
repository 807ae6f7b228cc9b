using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Topology;

namespace Skydive.Contracts.Tests.Messages;

public sealed class GraphMessageReaderTests
{
    private const string Node1 = """{"ID":"n1","Metadata":{"Name":"eth0","Type":"device","IPV4":["10.0.0.1/8"],"Metric":{"RxBytes":1}},"Host":"h1","Origin":"agent.h1","CreatedAt":1,"UpdatedAt":2,"DeletedAt":null,"Revision":3}""";
    private const string Edge1 = """{"ID":"11111111-2222-5333-8444-555555555555","Parent":"n1","Child":"n2","Metadata":{"RelationType":"layer2"},"CreatedAt":1,"UpdatedAt":1,"Revision":1}""";

    private static readonly string[] s_messages =
    [
        $$$"""{"Namespace":"Graph","Type":"Sync","UUID":"u","Status":200,"Obj":{"Nodes":[{{{Node1}}},{{{Node1.Replace("n1", "n2", StringComparison.Ordinal)}}}],"Edges":[{{{Edge1}}}] } }""",
        $$$"""{"Obj":{"Edges":[{{{Edge1}}}],"Nodes":[{{{Node1}}}] },"Type":"SyncReply","Namespace":"Graph"}""",
        """{"Namespace":"Graph","Type":"Sync","Obj":{"Nodes":null,"Edges":[],"More":{"a":[1,2]}}}""",
        $$$"""{"Namespace":"Graph","Type":"NodeAdded","UUID":null,"Obj":{{{Node1}}} }""",
        $$$"""{"Namespace":"Graph","Type":"NodeDeleted","Obj":{{{Node1}}},"Status":0}""",
        $$$"""{"Namespace":"Graph","Type":"EdgeUpdated","Obj":{{{Edge1}}} }""",
        """{"Namespace":"Graph","Type":"NodePartiallyUpdated","Obj":{"ID":"n1","Ops":[{"Key":"Name","Value":"x","Type":1}],"Revision":4,"UpdatedAt":9}}""",
        """{"Namespace":"Graph","Type":"SyncRequest","UUID":"é😀","Obj":{"GremlinFilter":"G.V()"}}""",
        """{"Namespace":"Flow","Type":"X","Obj":[1,-2.5e300,"\u0041\ud83d\ude00",true,null]}""",
        """{"Namespace":"A","Type":"B"}""",
    ];

    private static readonly string[] s_pieces =
    [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u12", "\\ud800", "null", "true", "1e999", "-0", "99999999999999999999", "\"ID\":", "\"Obj\":{", "\"Nodes\":[", "\"Edges\":", "\"Type\":\"Sync\"", "\"Namespace\":\"Graph\"",
        "\"Parent\":\"n1\"", "\"Metadata\":{\"a.b\":{\"c\":1}}", "\"\"", "é", "\0", "\u00ff", "[[[[[[[[[[", "{\"a\":{\"a\":{\"a\":", " ", "\n",
    ];

    [Fact]
    public async Task ReadAsync_WholeGraphInPieces_EveryElementIsThere()
    {
        foreach (int piece in (int[])[1, 7, 64, 100_000])
        {
            using var socket = new PieceSocket([Encoding.UTF8.GetBytes(s_messages[0]), Encoding.UTF8.GetBytes(s_messages[3])], () => piece);
            using var reader = new GraphMessageReader(socket, Options(isLenient: false));
            var message = await reader.ReadAsync(default);
            Assert.Equal(("Graph", "Sync", "u", 200, 0), (message!.Namespace, message.Type, message.UUID, message.Status, message.Refused));
            Assert.Equal(["n1", "n2"], message.Graph!.Nodes.Select(static node => node.Id));
            Assert.Equal("11111111-2222-5333-8444-555555555555", Assert.Single(message.Graph.Edges).Id);
            var added = await reader.ReadAsync(default);
            Assert.Equal("n1", Assert.IsType<Node>(added!.Element).Id);
            Assert.Null(await reader.ReadAsync(default));
        }
    }

    [Fact]
    public async Task ReadAsync_ElementsThatAreNone_AreLeftOutAndCountedOrEndTheConnection()
    {
        string text = """{"Namespace":"Graph","Type":"Sync","Obj":{"Nodes":[{"Metadata":{}},7,{"ID":"n1"},{"ID":3}],"Edges":[{"ID":"e1","Parent":"n1"}]}}""";
        var message = await ReadAsync(Encoding.UTF8.GetBytes(text), Options(isLenient: true), static () => 5);
        Assert.Equal((4, "n1"), (message!.Refused, Assert.Single(message.Graph!.Nodes).Id));
        Assert.NotNull(message.Problem);
        var error = await Assert.ThrowsAsync<GraphMessageException>(() => ReadAsync(Encoding.UTF8.GetBytes(text), Options(isLenient: false), static () => 5));
        Assert.Equal(WebSocketCloseStatus.InvalidPayloadData, error.Status);
    }

    [Theory]
    [InlineData("""{"Namespace":"Graph","Type":"NodeAdded","Obj":{"ID":"n1"}}""", 40, 1000, 1000, WebSocketCloseStatus.MessageTooBig)]
    [InlineData("""{"Namespace":"Graph","Type":"Sync","Obj":{"Nodes":[{"ID":"n1"},{"ID":"n2"},{"ID":"n3"}]}}""", 1000, 1000, 2, WebSocketCloseStatus.PolicyViolation)]
    public async Task ReadAsync_TooMuch_EndsTheConnection(string text, int messageBytes, int payloadBytes, int elements, WebSocketCloseStatus status)
    {
        var options = Options(isLenient: true) with { MaximumMessageBytes = messageBytes, MaximumPayloadBytes = payloadBytes, MaximumElements = elements };
        var error = await Assert.ThrowsAsync<GraphMessageException>(() => ReadAsync(Encoding.UTF8.GetBytes(text), options, static () => 9));
        Assert.Equal(status, error.Status);
    }

    [Fact]
    public async Task ReadAsync_LargeElement_EndsTheConnectionBeforeItIsAllHere()
    {
        byte[] text = Encoding.UTF8.GetBytes($$$"""{"Namespace":"Graph","Type":"Sync","Obj":{"Nodes":[{"ID":"n1","Metadata":{"Name":"{{{new string('x', 4 << 20)}}}"}}]}}""");
        int asked = 0;
        using var socket = new PieceSocket([text], () => asked += 0x1000);
        using var reader = new GraphMessageReader(socket, Options(isLenient: true) with { MaximumPayloadBytes = 256 << 10 });
        var error = await Assert.ThrowsAsync<GraphMessageException>(() => reader.ReadAsync(default).AsTask());
        Assert.Equal(WebSocketCloseStatus.MessageTooBig, error.Status);
        Assert.InRange(socket.Given, 1, 3 << 20);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public Task ReadAsync_RandomAndMutatedMessages_TheSameHoweverTheyCome(int seed) => ReadManyAsync(seed, 30_000);

    /// <summary>The same for ten million messages.</summary>
    [Fact(Explicit = true)]
    [Trait("Category", "fuzz")]
    public Task ReadAsync_TenMillionMessages_TheSameHoweverTheyCome() => ReadManyAsync(Environment.TickCount, 10_000_000);

    private static async Task ReadManyAsync(int seed, int count)
    {
        TestContext.Current.SendDiagnosticMessage($"seed {seed}");
        var random = new Random(seed);
        int valid = 0;
        for (int i = 0; i < count; i++)
        {
            byte[] text = Mutate(random);
            var options = Options(isLenient: random.Next(3) > 0);
            string whole = await OutcomeAsync(text, options, static () => int.MaxValue);
            int most = random.Next(1, 64);
            string inPieces = await OutcomeAsync(text, options, () => random.Next(0, most) + 1);
            if (whole != inPieces)
            {
                Assert.Fail($"{Encoding.UTF8.GetString(text)}\n  whole: {whole}\n  in pieces of up to {most}: {inPieces}");
            }

            valid += whole.StartsWith('!') ? 0 : 1;
        }

        Assert.InRange(valid, count / 50, count);
        TestContext.Current.SendDiagnosticMessage($"{count} messages, {valid} taken");
    }

    private static byte[] Mutate(Random random)
    {
        string text = s_messages[random.Next(s_messages.Length)];
        for (int changes = random.Next(4); changes > 0 && text.Length > 0; changes--)
        {
            int at = random.Next(text.Length);
            text = random.Next(6) switch
            {
                0 => text.Remove(at, 1),
                1 => text.Insert(at, s_pieces[random.Next(s_pieces.Length)]),
                2 => text[..at],
                3 => text[..at] + s_messages[random.Next(s_messages.Length)][..random.Next(25)] + text[at..],
                4 => text.Insert(at, text.Substring(at, Math.Min(text.Length - at, random.Next(1, 60)))),
                _ => text.Replace(text.Substring(at, Math.Min(3, text.Length - at)), s_pieces[random.Next(s_pieces.Length)], StringComparison.Ordinal),
            };
        }

        byte[] bytes = Encoding.UTF8.GetBytes(text);
        if (bytes.Length > 0 && random.Next(4) == 0)
        {
            bytes[random.Next(bytes.Length)] = (byte)random.Next(256);
        }

        return bytes;
    }

    /// <summary>What a message is read as; begins with ! when it is refused as a whole.</summary>
    private static async Task<string> OutcomeAsync(byte[] text, GraphMessageOptions options, Func<int> pieceBytes)
    {
        try
        {
            var message = await ReadAsync(text, options, pieceBytes);
            string graph = message!.Graph is { } sub ? string.Join(';', sub.Nodes.Cast<GraphElement>().Concat(sub.Edges).Select(Text)) : "-";
            string obj = message.Obj.ValueKind == JsonValueKind.Undefined ? "-" : message.Obj.GetRawText();
            return $"{message.Namespace}|{message.Type}|{message.UUID}|{message.Status}|{message.Refused}|{message.Problem is null}|{graph}|"
                + $"{(message.Element is { } element ? Text(element) : "-")}|{message.Update?.ID}|{message.Update?.Ops?.Count}|{obj}";
        }
        catch (GraphMessageException e)
        {
            Assert.InRange(e.Message.Length, 1, 2000);
            return $"!{e.Status}";
        }
    }

    private static string Text(GraphElement element)
    {
        using var stream = new MemoryStream();
        using (var writer = new Utf8JsonWriter(stream))
        {
            element.WriteTo(writer);
        }

        return Encoding.UTF8.GetString(stream.ToArray());
    }

    private static async Task<GraphMessage?> ReadAsync(byte[] text, GraphMessageOptions options, Func<int> pieceBytes)
    {
        using var socket = new PieceSocket([text], pieceBytes);
        using var reader = new GraphMessageReader(socket, options);
        return await reader.ReadAsync(default);
    }

    private static GraphMessageOptions Options(bool isLenient) => new()
    {
        MaximumMessageBytes = 16 << 20,
        MaximumPayloadBytes = 1 << 20,
        MaximumElements = 1000,
        IsLenient = isLenient,
        Time = new FixedTime(),
    };

    private sealed class FixedTime : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddDays(1);
    }

    /// <summary>A socket whose peer has sent messages, which come in pieces of any size, and then closed the connection.</summary>
    private sealed class PieceSocket(IReadOnlyList<byte[]> messages, Func<int> pieceBytes) : WebSocket
    {
        private int _message;
        private int _at;

        public long Given { get; private set; }

        public override WebSocketCloseStatus? CloseStatus => null;

        public override string? CloseStatusDescription => null;

        public override WebSocketState State => WebSocketState.Open;

        public override string? SubProtocol => null;

        public override ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
        {
            if (_message == messages.Count)
            {
                return new(new ValueWebSocketReceiveResult(0, WebSocketMessageType.Close, true));
            }

            byte[] message = messages[_message];
            int count = Math.Min(Math.Min(buffer.Length, pieceBytes()), message.Length - _at);
            message.AsMemory(_at, count).CopyTo(buffer);
            _at += count;
            Given += count;
            bool isEnd = _at == message.Length;
            if (isEnd)
            {
                _message++;
                _at = 0;
            }

            return new(new ValueWebSocketReceiveResult(count, WebSocketMessageType.Text, isEnd));
        }

        public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => throw new NotSupportedException();

        public override void Abort()
        {
        }

        public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

        public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) => Task.CompletedTask;

        public override void Dispose()
        {
        }

        public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
            Task.CompletedTask;
    }
}
