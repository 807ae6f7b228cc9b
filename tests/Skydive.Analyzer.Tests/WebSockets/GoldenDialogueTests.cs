using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Skydive.Analyzer.Tests.Api;
using Skydive.Analyzer.Tests.Support;
using Skydive.Analyzer.WebSockets;
using Skydive.Contracts.Messages;

namespace Skydive.Analyzer.Tests.WebSockets;

/// <summary>
/// Skydive's WebSocket dialogues held with our service: an agent tells what happened in Skydive's lab, and the client is told it as Skydive told
/// it, message by message.
/// </summary>
public sealed class GoldenDialogueTests
{
    private const string GoodbyeOfSkydive = "<CLOSE";

    public static TheoryData<string> Dialogues => GoldenPlan.Names("dialogue");

    public static TheoryData<string> DialoguesOfAgents => GoldenPlan.Names("dialogue with an agent");

    [Theory]
    [MemberData(nameof(Dialogues))]
    public async Task Dialogue_WithTheAnalyzer_GoesAsWithSkydive(string name)
    {
        var entry = Golden.Get(name);
        await using var host = await TestHost.StartAsync();
        using var agent = await ConnectAsync(host);
        string path = entry.Json.TryGetProperty("path", out var recorded) ? recorded.GetString()! : "/ws/subscriber";
        using (var client = await TestClient.ConnectAsync(host.Http.BaseAddress!, path, HeadersOf(entry)))
        {
            Assert.Equal(["lab"], client.ResponseHeaders["X-Host-ID"]);
            Assert.Equal(["analyzer"], client.ResponseHeaders["X-Service-Type"]);
            if (HeadersOf(entry).Contains(("X-Client-Protocol", "protobuf")))
            {
                await AssertBinaryAsync(host, client);
                return;
            }

            await PlayAsync(entry, client, agent);
            if (name.StartsWith("101-", StringComparison.Ordinal))
            {
                await Wait.UntilAsync(() => host.Analyzer.Graph.Current.FindNode("n-1")?.Revision == 2);
                await AskAsync(host, "098-");
                await AskAsync(host, "099-");
            }
        }

        if (name.StartsWith("101-", StringComparison.Ordinal))
        {
            await Wait.UntilAsync(() => host.Analyzer.Publishers.Status.Count == 0);
            await AskAsync(host, "100-");
        }
    }

    [Theory]
    [MemberData(nameof(DialoguesOfAgents))]
    public async Task Dialogue_WithAnAgent_GoesAsWithSkydive(string name)
    {
        var entry = Golden.Get(name);
        await using var host = await TestAgentHost.StartAsync(GoldenReplayTests.Graph());
        using var client = await TestClient.ConnectAsync(host.Http.BaseAddress!, entry.Json.GetProperty("path").GetString()!, HeadersOf(entry));
        Assert.Equal(["agent"], client.ResponseHeaders["X-Service-Type"]);

        foreach (var step in entry.Json.GetProperty("log").EnumerateArray())
        {
            if (step.TryGetProperty("sent", out var sent))
            {
                await client.SendAsync(sent.GetRawText());
            }
            else if (step.GetProperty("received") is { ValueKind: JsonValueKind.Object } received && received.GetProperty("Type").GetString() == MessageTypes.SyncReply)
            {
                await AssertReceivedAsync(client, received);
            }
        }
    }

    [Fact]
    public async Task Notices_OfCapturesAndInjections_AreToldAsBySkydive()
    {
        var recorded = Golden.Get("188-").Json.GetProperty("log").EnumerateArray().Select(static step => step.GetProperty("received"))
            .Where(static message => message.GetProperty("Namespace").GetString() != MessageNamespaces.Graph).ToList();
        await using var host = await TestHost.StartAsync();
        host.Analyzer.Graph.Write(static transaction => transaction.Synchronize(null, GoldenReplayTests.Graph()));
        host.Analyzer.Agents.Add(new FakeAgent("lab"), static () => Make.Status("lab"));
        using var client = await host.SubscribeAsync("c", ("X-Websocket-Namespace", "OnDemandCaptureNotification, OnDemandPacketInjectionNotification"));
        await client.RequestSyncAsync("u");
        await client.ReceiveAsync(MessageTypes.SyncReply);

        string capture = await PostAsync(host, "129-");
        var added = await client.ReceiveAsync(MessageTypes.Added);
        Assert.Equal((MessageNamespaces.OnDemandCaptureNotification, capture), (added.Namespace, added.Obj.GetProperty("UUID").GetString()));
        AssertLike(recorded, await client.ReceiveAsync(MessageTypes.NodeUpdated));
        await host.Http.DeleteAsync(new Uri("/api/capture/" + capture, UriKind.Relative), TestContext.Current.CancellationToken);
        Assert.Equal(MessageNamespaces.OnDemandCaptureNotification, (await client.ReceiveAsync(MessageTypes.Deleted)).Namespace);

        string injection = await PostAsync(host, "174-");
        AssertLike(recorded, await client.ReceiveAsync(MessageTypes.Added));
        Assert.Equal(MessageNamespaces.OnDemandPacketInjectionNotification, (await client.ReceiveAsync(MessageTypes.NodeUpdated)).Namespace);
        await host.Http.DeleteAsync(new Uri("/api/injectpacket/" + injection, UriKind.Relative), TestContext.Current.CancellationToken);
        AssertLike(recorded, await client.ReceiveAsync(MessageTypes.Deleted));
    }

    private static void AssertLike(List<JsonElement> recorded, WebSocketMessage message)
    {
        var expected = recorded.First(other => other.GetProperty("Namespace").GetString() == message.Namespace && other.GetProperty("Type").GetString() == message.Type);
        Assert.Equal(AnswerShape.Of(expected.GetProperty("Obj")), AnswerShape.Of(message.Obj));
    }

    private static async Task<string> PostAsync(TestHost host, string start)
    {
        using var request = Golden.ToRequest(Golden.Get(start));
        using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(await Golden.AssertAsync(Golden.Get(start), response));
        return document.RootElement.GetProperty("UUID").GetString()!;
    }

    private static (string Name, string Value)[] HeadersOf(GoldenEntry entry) => entry.Json.TryGetProperty("headers", out var headers)
        ? [.. headers.EnumerateObject().Select(static header => (header.Name, header.Value.GetString()!))]
        : [("X-Host-ID", "golden"), ("X-Client-Type", "golden")];

    private static async Task<TestClient> ConnectAsync(TestHost host)
    {
        var agent = await host.ConnectAgentAsync(hostId: "lab");
        var graph = GoldenReplayTests.Graph();
        await agent.SendAsync(MessageWriter.WriteSync(MessageTypes.Sync, "s", graph.Nodes, graph.Edges));
        await Wait.UntilAsync(() => host.Analyzer.Graph.Current.NodeCount == graph.Nodes.Count);
        return agent;
    }

    private static async Task PlayAsync(GoldenEntry entry, TestClient client, TestClient agent)
    {
        foreach (var step in entry.Json.GetProperty("log").EnumerateArray())
        {
            if (step.TryGetProperty("sent", out var sent))
            {
                await client.SendAsync(sent.ValueKind == JsonValueKind.String ? sent.GetString()! : sent.GetRawText());
                continue;
            }

            var received = step.GetProperty("received");
            if (received.ValueKind == JsonValueKind.String)
            {
                Assert.Contains(GoodbyeOfSkydive, received.GetString(), StringComparison.Ordinal);
                Assert.Null(await client.TryReceiveAsync());
                Assert.Equal(WebSocketCloseStatus.NormalClosure, client.CloseStatus);
                Assert.NotEmpty(client.CloseReason!);
                return;
            }

            if (received.GetProperty("Namespace").GetString() != MessageNamespaces.Graph)
            {
                // Captures and injections: Notices_OfCapturesAndInjections_AreToldAsBySkydive.
                continue;
            }

            if (received.GetProperty("Type").GetString() != MessageTypes.SyncReply)
            {
                // What Skydive told of an agent happens with ours.
                await agent.SendAsync(received.GetRawText());
            }

            await AssertReceivedAsync(client, received);
        }
    }

    private static async Task AssertReceivedAsync(TestClient client, JsonElement expected)
    {
        var message = await client.ReceiveAsync();
        Assert.Equal(expected.GetProperty("Namespace").GetString(), message.Namespace);
        Assert.Equal(expected.GetProperty("Type").GetString(), message.Type);
        Assert.Equal(expected.GetProperty("Status").GetInt32(), message.Status);
        var obj = expected.GetProperty("Obj");
        if (message.Type == MessageTypes.SyncReply)
        {
            Assert.Equal(expected.GetProperty("UUID").GetString(), message.UUID);
            if (message.Status == 200)
            {
                // Skydive writes null for no element, ours an empty list.
                foreach (string list in new[] { "Nodes", "Edges" })
                {
                    var elements = obj.GetProperty(list);
                    Assert.Equal(elements.ValueKind == JsonValueKind.Null ? 0 : elements.GetArrayLength(), message.Obj.GetProperty(list).GetArrayLength());
                    if (elements.ValueKind != JsonValueKind.Null)
                    {
                        Assert.Equal(AnswerShape.Of(elements), AnswerShape.Of(message.Obj.GetProperty(list)));
                    }
                }
            }
            else if (obj.ValueKind == JsonValueKind.String)
            {
                Assert.StartsWith(obj.GetString()!, message.Obj.GetString(), StringComparison.Ordinal);
            }

            return;
        }

        Assert.Equal(obj.GetProperty("ID").GetString(), message.Obj.GetProperty("ID").GetString());
        Assert.Equal(obj.GetProperty("Revision").GetInt64(), message.Obj.GetProperty("Revision").GetInt64());
        if (message.Type is MessageTypes.NodePartiallyUpdated)
        {
            // One update of Skydive's may say less than what its keys add up to; each key is told in the same form.
            Assert.All(message.Obj.GetProperty("Ops").EnumerateArray(), operation => Assert.Contains(operation.GetProperty("Type").GetInt32(), new[] { 1, 2 }));
            Assert.Equal(AnswerShape.Of(Without(obj, "Ops")), AnswerShape.Of(Without(message.Obj, "Ops")));
        }
        else
        {
            Assert.Equal(AnswerShape.Of(Without(obj, "DeletedAt")), AnswerShape.Of(Without(message.Obj, "DeletedAt")));
        }
    }

    private static JsonElement Without(JsonElement element, string member) => JsonSerializer.SerializeToElement(
        element.EnumerateObject().Where(other => other.Name != member).ToDictionary(static other => other.Name, static other => other.Value));

    private static async Task AssertBinaryAsync(TestHost host, TestClient client)
    {
        var node = host.Analyzer.Graph.Current.GetNodes().First();
        host.Analyzer.Graph.Write(transaction => transaction.Set(node, "State", "GOLDEN"));
        byte[] bytes = await client.ReceiveBytesAsync();

        // As recorded: Namespace, Type, UUID and Status in this order, then the object as JSON.
        Assert.StartsWith("\n\u0005Graph\u0012\u000bNodeUpdated\u001a$", Encoding.Latin1.GetString(bytes), StringComparison.Ordinal);
        Assert.True(ProtobufEnvelope.TryDecode(bytes, out var json));
        using var message = JsonDocument.Parse(json);
        Assert.Equal(200, message.RootElement.GetProperty("Status").GetInt32());
        Assert.Equal(node.Id, message.RootElement.GetProperty("Obj").GetProperty("ID").GetString());

        // And it may ask in the same form.
        var request = Encoding.UTF8.GetBytes("""{"Namespace":"Graph","Type":"SyncRequest","UUID":"u1","Status":200,"Obj":{}}""");
        await client.SendAsync(ProtobufEnvelope.Encode(request), WebSocketMessageType.Binary);
        Assert.True(ProtobufEnvelope.TryDecode(await client.ReceiveBytesAsync(), out json));
        using var reply = JsonDocument.Parse(json);
        Assert.Equal(("SyncReply", "u1"), (reply.RootElement.GetProperty("Type").GetString(), reply.RootElement.GetProperty("UUID").GetString()));
        Assert.Equal(11, reply.RootElement.GetProperty("Obj").GetProperty("Nodes").GetArrayLength());
    }

    private static async Task AskAsync(TestHost host, string start)
    {
        var entry = Golden.Get(start);
        using var request = Golden.ToRequest(entry);
        using var response = await host.Http.SendAsync(request, TestContext.Current.CancellationToken);
        await Golden.AssertAsync(entry, response);
    }
}
