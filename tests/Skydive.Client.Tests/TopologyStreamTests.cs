using System.Net.WebSockets;
using System.Text;
using System.Text.Json;
using Microsoft.AspNetCore.Http;
using Skydive.Client.Errors;
using Skydive.Client.Streams;

namespace Skydive.Client.Tests;

public sealed class TopologyStreamTests
{
    private static readonly TopologyStreamOptions s_fast = new() { FirstRetryDelay = TimeSpan.FromMilliseconds(10), LongestRetryDelay = TimeSpan.FromMilliseconds(20) };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Watch_GraphThenChanges_AreTypedAndTellBeforeAndAfter()
    {
        var headers = new Dictionary<string, string>();
        JsonElement request = default;
        await using var service = await FollowAsync(async (context, socket) =>
        {
            foreach (string name in (string[])["X-Host-ID", "X-Client-Type", "X-Client-Protocol", "X-Websocket-Namespace", "X-Update-Policy"])
            {
                headers[name] = context.Request.Headers[name].ToString();
            }

            request = await socket.ReceiveMessageAsync();
            await socket.SendTextAsync("{\"Namespace\":\"Alert\",\"Type\":\"Alert\",\"UUID\":\"x\",\"Status\":200,\"Obj\":{}}");
            await socket.SendTextAsync(Wire.Message("NodeUpdated", Wire.Node("early")));
            await socket.SendTextAsync(Wire.Message("SyncReply", $"{{\"Nodes\":[{Wire.Node("a")},{Wire.Node("b")}],\"Edges\":null}}"));
            await socket.SendTextAsync(Wire.Message("NodeAdded", Wire.Node("c")));
            await socket.SendTextAsync(Wire.Message("EdgeAdded", Wire.Edge("e", "a", "c")));
            await socket.SendTextAsync(Wire.Message("NodePartiallyUpdated", "{\"ID\":\"c\",\"UpdatedAt\":1625000006000,\"Revision\":2,\"Ops\":[{\"Type\":1,\"Key\":\"MTU\",\"Value\":9000},{\"Type\":2,\"Key\":\"IPV4\"}]}"));
            await socket.SendTextAsync(Wire.Message("NodePartiallyUpdated", "{\"ID\":\"c\",\"UpdatedAt\":1625000006000,\"Revision\":2,\"Ops\":[]}"));
            await socket.SendTextAsync(Wire.Message("NodeUpdated", Wire.Node("a", "renamed", 2)));
            await socket.SendTextAsync(Wire.Message("EdgeDeleted", Wire.Edge("e", "a", "c")));
            await socket.SendTextAsync(Wire.Message("NodeDeleted", Wire.Node("c", revision: 3)));
            await socket.WaitForCloseAsync();
        });
        using var client = service.Connect();

        var events = await TakeAsync(client.WatchTopologyAsync(new() { Filter = "G.V().Has('Name','x')" }, Token), 7);

        Assert.Equal(
            [
                TopologyEventKind.Synchronized, TopologyEventKind.NodeAdded, TopologyEventKind.EdgeAdded, TopologyEventKind.NodeUpdated, TopologyEventKind.NodeUpdated,
                TopologyEventKind.EdgeDeleted, TopologyEventKind.NodeDeleted,
            ],
            events.Select(change => change.Kind));
        Assert.Equal(2, events[0].Graph!.Nodes.Count);
        Assert.Equal("1500→9000", $"{events[3].PreviousNode!.Metadata["MTU"]}→{events[3].Node!.Metadata["MTU"]}");
        Assert.True(events[3].Node!.Metadata["IPV4"].IsNull);
        Assert.Equal(DateTimeOffset.FromUnixTimeMilliseconds(1625000006000), events[3].Time);
        Assert.Equal("eth0→renamed", $"{events[4].PreviousNode!.Name}→{events[4].Node!.Name}");
        Assert.Equal(("json", "Graph", "partial"), (headers["X-Client-Protocol"], headers["X-Websocket-Namespace"], headers["X-Update-Policy"]));
        Assert.NotEmpty(headers["X-Host-ID"]);
        Assert.NotEmpty(headers["X-Client-Type"]);
        Assert.Equal("SyncRequest", request.GetProperty("Type").GetString());
        Assert.Equal("G.V().Has('Name','x')", request.GetProperty("Obj").GetProperty("GremlinFilter").GetString());
    }

    [Fact]
    public async Task Watch_ReaderLeaves_ClosesTheConnection()
    {
        var gone = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var service = await FollowAsync(async (_, socket) =>
        {
            await socket.ReceiveMessageAsync();
            await socket.SendTextAsync(Wire.Message("SyncReply", "{\"Nodes\":[],\"Edges\":[]}"));
            await socket.WaitForCloseAsync();
            gone.SetResult();
        });
        using var client = service.Connect();

        await TakeAsync(client.WatchTopologyAsync(new(), Token), 1);

        await gone.Task.WaitAsync(TimeSpan.FromSeconds(5), Token);
    }

    [Fact]
    public async Task Watch_ConnectionBreaks_IsToldAndWhatWasMissedIsFound()
    {
        int connection = 0;
        var names = new List<string>();
        await using var service = await FollowAsync(async (context, socket) =>
        {
            names.Add(context.Request.Headers["X-Host-ID"].ToString());
            await socket.ReceiveMessageAsync();
            if (++connection == 1)
            {
                await socket.SendTextAsync(Wire.Message("SyncReply", $"{{\"Nodes\":[{Wire.Node("a")},{Wire.Node("b")}],\"Edges\":[{Wire.Edge("e", "a", "b")}]}}"));
                await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, Token);
                return;
            }

            await socket.SendTextAsync(Wire.Message("SyncReply", $"{{\"Nodes\":[{Wire.Node("a", revision: 5, mtu: 1400)},{Wire.Node("c")}],\"Edges\":[{Wire.Edge("f", "a", "c")}]}}"));
            await socket.SendTextAsync(Wire.Message("NodeDeleted", Wire.Node("c", revision: 2)));
            await socket.WaitForCloseAsync();
        });
        using var client = service.Connect();

        var events = await TakeAsync(client.WatchTopologyAsync(s_fast, Token), 9);

        Assert.Equal(
            [
                TopologyEventKind.Synchronized, TopologyEventKind.Disconnected, TopologyEventKind.Synchronized, TopologyEventKind.EdgeDeleted, TopologyEventKind.NodeDeleted,
                TopologyEventKind.NodeUpdated, TopologyEventKind.NodeAdded, TopologyEventKind.EdgeAdded, TopologyEventKind.NodeDeleted,
            ],
            events.Select(change => change.Kind));
        Assert.IsType<SkydiveConnectionException>(events[1].Error);
        Assert.NotNull(events[1].RetryDelay);
        Assert.All(events.Skip(3).SkipLast(1), change => Assert.True(change.IsCatchUp));
        Assert.False(events[^1].IsCatchUp);
        Assert.Equal(2, names.Distinct().Count());
    }

    [Fact]
    public async Task Watch_ServiceStaysAway_EndsWithTheLastError()
    {
        var service = await FollowAsync(async (_, socket) =>
        {
            await socket.ReceiveMessageAsync();
            await socket.SendTextAsync(Wire.Message("SyncReply", "{\"Nodes\":[],\"Edges\":[]}"));
            await socket.CloseOutputAsync(WebSocketCloseStatus.EndpointUnavailable, null, Token);
        });
        using var client = service.Connect();
        await using var events = client.WatchTopologyAsync(s_fast with { RetryTimeout = TimeSpan.FromMilliseconds(300) }, Token).GetAsyncEnumerator(Token);
        Assert.True(await events.MoveNextAsync());
        await service.DisposeAsync();

        var exception = await Assert.ThrowsAsync<SkydiveConnectionException>(async () =>
        {
            while (await events.MoveNextAsync())
            {
            }
        });

        Assert.Equal(SkydiveConnectionReason.Unreachable, exception.Reason);
    }

    [Fact]
    public async Task Watch_FirstConnectionFails_IsNotTriedAgain()
    {
        int requests = 0;
        await using var service = await TestService.StartAsync(context =>
        {
            requests++;
            context.Response.StatusCode = 403;
            return Task.CompletedTask;
        });
        using var client = service.Connect();

        var exception = await Assert.ThrowsAsync<SkydiveApiException>(() => TakeAsync(client.WatchTopologyAsync(s_fast, Token), 1));

        Assert.Equal((403, "AccessDenied", 1), (exception.Status, exception.Code, requests));
    }

    [Fact]
    public async Task Watch_FilterRefused_TellsWhy()
    {
        await using var service = await FollowAsync(async (_, socket) =>
        {
            await socket.ReceiveMessageAsync();
            await socket.SendTextAsync(Wire.Message("SyncReply", "\"Invalid Gremlin filter\"", status: 400));
            await socket.WaitForCloseAsync();
        });
        using var client = service.Connect();

        var exception = await Assert.ThrowsAsync<SkydiveApiException>(() => TakeAsync(client.WatchTopologyAsync(s_fast with { Filter = "G.V(" }, Token), 1));

        Assert.Equal((400, "Invalid Gremlin filter"), (exception.Status, exception.Detail));
    }

    [Theory]
    [InlineData("garbage")]
    [InlineData("{\"Namespace\":\"Graph\"}")]
    [InlineData("{\"Namespace\":\"Graph\",\"Type\":\"SyncReply\",\"Obj\":[1]}")]
    [InlineData("{\"Namespace\":\"Graph\",\"Type\":\"SyncReply\",\"Obj\":{\"Nodes\":[{}]}}")]
    [InlineData("null")]
    public async Task Watch_DamagedMessage_IsOneClearError(string message)
    {
        await using var service = await FollowAsync(async (_, socket) =>
        {
            await socket.ReceiveMessageAsync();
            await socket.SendTextAsync(message);
            await socket.WaitForCloseAsync();
        });
        using var client = service.Connect();

        var exception = await Assert.ThrowsAsync<SkydiveConnectionException>(() => TakeAsync(client.WatchTopologyAsync(s_fast, Token), 1));

        Assert.Equal(SkydiveConnectionReason.InvalidAnswer, exception.Reason);
    }

    [Fact]
    public async Task Watch_UnknownElementChanges_AsksForTheGraphAgain()
    {
        await using var service = await FollowAsync(async (_, socket) =>
        {
            await socket.ReceiveMessageAsync();
            await socket.SendTextAsync(Wire.Message("SyncReply", "{\"Nodes\":[],\"Edges\":[]}"));
            await socket.SendTextAsync(Wire.Message("NodePartiallyUpdated", "{\"ID\":\"a\",\"UpdatedAt\":1,\"Revision\":2,\"Ops\":[]}"));
            await socket.ReceiveMessageAsync();
            await socket.SendTextAsync(Wire.Message("SyncReply", $"{{\"Nodes\":[{Wire.Node("a", revision: 2)}],\"Edges\":[]}}"));
            await socket.WaitForCloseAsync();
        });
        using var client = service.Connect();

        var events = await TakeAsync(client.WatchTopologyAsync(s_fast, Token), 3);

        Assert.Equal([TopologyEventKind.Synchronized, TopologyEventKind.Synchronized, TopologyEventKind.NodeAdded], events.Select(change => change.Kind));
        Assert.True(events[2].IsCatchUp);
    }

    [Fact]
    public async Task Watch_GraphLargerThanTheLimit_IsRefused()
    {
        await using var service = await FollowAsync(async (_, socket) =>
        {
            await socket.ReceiveMessageAsync();
            await socket.SendTextAsync(new string(' ', 2_000_000) + "{}");
            await socket.WaitForCloseAsync();
        });
        using var client = service.Connect(static options => options with { MaximumItemBytes = 1 << 20 });

        var exception = await Assert.ThrowsAsync<SkydiveConnectionException>(() => TakeAsync(client.WatchTopologyAsync(s_fast, Token), 1));

        Assert.Equal(SkydiveConnectionReason.InvalidAnswer, exception.Reason);
    }

    [Fact]
    public async Task Watch_NoAnswerToTheRequest_TimesOut()
    {
        await using var service = await FollowAsync(static (_, socket) => socket.WaitForCloseAsync());
        using var client = service.Connect(static options => options with { OperationTimeout = TimeSpan.FromMilliseconds(100) });

        var exception = await Assert.ThrowsAsync<SkydiveConnectionException>(() => TakeAsync(client.WatchTopologyAsync(s_fast, Token), 1));

        Assert.Equal(SkydiveConnectionReason.Timeout, exception.Reason);
    }

    private static Task<TestService> FollowAsync(Func<HttpContext, WebSocket, Task> talk) => TestService.StartAsync(async context =>
    {
        if (context.Request.Path != "/ws/subscriber" || !context.WebSockets.IsWebSocketRequest)
        {
            context.Response.StatusCode = 404;
            return;
        }

        using var socket = await context.WebSockets.AcceptWebSocketAsync();
        try
        {
            await talk(context, socket);
        }
        catch (Exception exception) when (exception is WebSocketException or OperationCanceledException or IOException)
        {
            // The client may leave at any time.
        }
    });

    private static async Task<List<TopologyEvent>> TakeAsync(IAsyncEnumerable<TopologyEvent> events, int count)
    {
        var taken = new List<TopologyEvent>();
        await foreach (var change in events)
        {
            taken.Add(change);
            if (taken.Count == count)
            {
                break;
            }
        }

        return taken;
    }
}
