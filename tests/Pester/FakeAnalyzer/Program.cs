using System.Collections.Concurrent;
using System.Net.WebSockets;
using System.Text.Json;
using FakeAnalyzer;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Skydive.Contracts;
using Skydive.Contracts.Captures;
using Skydive.Contracts.Configuration;
using Skydive.Contracts.Injections;
using Skydive.Contracts.Errors;
using Skydive.Contracts.Messages;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.PingMeshes;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Status;
using Skydive.Contracts.Topology;

// An analyzer's API over an invented network, for the tests of the module. Writes its address to standard output and ends when standard
// input does, so that it cannot outlive the tests. Under /fake it tells what it was asked.
var captures = new ConcurrentDictionary<string, Capture>();
var injections = new ConcurrentDictionary<string, Injection>();
var meshes = new ConcurrentDictionary<string, PingMesh>();
var requests = new ConcurrentQueue<object>();
var subscribers = new ConcurrentDictionary<string, CancellationTokenSource>();
int openStreams = 0;
var options = new JsonSerializerOptions(ContractsJsonContext.Default.Options);

var builder = WebApplication.CreateSlimBuilder();
builder.Logging.ClearProviders();
builder.WebHost.UseUrls("http://127.0.0.1:0");
var app = builder.Build();
app.UseWebSockets();

app.Use(async (context, next) =>
{
    if (!context.Request.Path.StartsWithSegments("/fake"))
    {
        context.Request.EnableBuffering();
        string body = context.Request.ContentType?.Contains("json", StringComparison.Ordinal) == true
            ? await new StreamReader(context.Request.Body, leaveOpen: true).ReadToEndAsync()
            : string.Empty;
        context.Request.Body.Position = 0;
        requests.Enqueue(new { context.Request.Method, Path = context.Request.Path.Value, Body = body, Ttl = context.Request.Headers["X-Resource-TTL"].ToString() });
    }

    try
    {
        await next(context);
    }
    catch (QueryException exception)
    {
        await FailAsync(context, exception.Error);
    }
});

app.MapGet("/api", (HttpContext context) => WriteAsync(context, new ServiceInfo { Host = "lab", Version = "0.1.0", Service = "analyzer" }));
app.MapGet("/locked/api", (HttpContext context) => FailAsync(context, new() { Status = 401, Code = "AuthenticationFailed", Detail = "who are you?" }));
app.MapPost("/locked/api/topology", (HttpContext context) => FailAsync(context, new() { Status = 403, Code = "AccessDenied", Detail = "you may not" }));
app.MapGet("/garbage/api", () => Results.Content("<html>welcome</html>", "text/html"));
app.MapGet("/api/status", (HttpContext context) => WriteAsync(context, new AnalyzerStatus
{
    Agents = new Dictionary<string, ConnectionStatus>
    {
        ["lab"] = new() { ServiceType = "agent", ClientProtocol = "internal", IsConnected = true, ConnectTime = DateTimeOffset.FromUnixTimeMilliseconds(Lab.Time) },
        ["away"] = new() { ServiceType = "agent", ClientProtocol = "json", Addr = "192.0.2.1", Port = 4711, IsConnected = false, ConnectTime = DateTimeOffset.FromUnixTimeMilliseconds(Lab.Time) },
    },
    Probes = new Dictionary<string, ProbeStatus> { ["netlink"] = new() { Status = "running" }, ["netns"] = new() { Status = "failed", Message = "needs CAP_SYS_ADMIN" } },
    NodeCount = Lab.Nodes.Count,
    EdgeCount = Lab.Edges.Count,
    StartTime = DateTimeOffset.UtcNow.AddHours(-1),
    MemoryBytes = 123 << 20,
}));

app.MapGet("/api/config", (HttpContext context) => WriteAsync<IReadOnlyList<ConfigurationSetting>>(context,
[
    new() { Key = "analyzer.listen", Value = "127.0.0.1:9000", Default = "127.0.0.1:8082", Type = "Endpoint", Source = "/etc/skydive/skydive.yml:3:11" },
    new() { Key = "analyzers", Value = MetadataValue.List(["a:1", "b:2"]), Default = MetadataValue.List(["127.0.0.1:8082"]), Type = "TextList", Source = "SKYDIVE_ANALYZERS" },
    new() { Key = "agent.metadata", Value = MetadataMap.Create(("rack", 7)), Type = "Map", Source = "/etc/skydive/skydive.yml:9:3" },
    new() { Key = "auth.password", Value = ConfigurationSetting.Hidden, Type = "Text", Source = "/etc/skydive/skydive.yml:4:1", IsSecret = true },
    new() { Key = "flow.update", Value = 60, Default = 60, Type = "Duration", Source = ConfigurationSetting.DefaultSource, Description = "How often flows are sent." },
    new() { Key = "storage.*.max_age", Value = 604_800, Default = 604_800, Type = "Duration", Source = ConfigurationSetting.DefaultSource },
]));
app.MapPost("/api/topology", async (HttpContext context) =>
{
    var query = await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJsonContext.Default.TopologyQuery);
    string gremlin = query?.GremlinQuery ?? string.Empty;
    if (gremlin.Contains("'endless'", StringComparison.Ordinal))
    {
        await StreamForeverAsync(context);
        return;
    }

    if (gremlin.Contains("'silent'", StringComparison.Ordinal))
    {
        await Task.Delay(Timeout.Infinite, context.RequestAborted).ContinueWith(static _ => { }, TaskScheduler.Default);
        return;
    }

    object result = Gremlin.Evaluate(gremlin);
    context.Response.ContentType = "application/json";
    await context.Response.WriteAsync(result switch
    {
        SubGraph graph => $"[{JsonSerializer.Serialize(graph, ContractsJsonContext.Default.SubGraph)}]",
        IReadOnlyList<IFieldSource> list => $"[{string.Join(",", list.Select(Serialize))}]",
        _ => JsonSerializer.Serialize(result),
    });
});

app.MapGet("/api/capture", (HttpContext context) => WriteAsync<IReadOnlyDictionary<string, Capture>>(context, captures.ToDictionary()));
app.MapGet("/api/capture/{id}", (HttpContext context, string id) => captures.TryGetValue(id, out var capture)
    ? WriteAsync(context, capture)
    : FailAsync(context, new() { Status = 404, Code = ErrorCodes.CaptureNotFound, Detail = $"no capture {id}" }));
app.MapPost("/api/capture", async (HttpContext context) =>
{
    var capture = (await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJsonContext.Default.Capture))!;
    if (capture.BPFFilter == "bad")
    {
        await FailAsync(context, new() { Status = 400, Code = ErrorCodes.InvalidCapture, Detail = "BPFFilter: syntax error" });
    }
    else if (captures.Values.Any(other => other.GremlinQuery == capture.GremlinQuery && other.BPFFilter == capture.BPFFilter))
    {
        await FailAsync(context, new() { Status = 409, Code = ErrorCodes.CaptureExists, Detail = "there is such a capture" });
    }
    else
    {
        capture = capture with { UUID = Guid.NewGuid().ToString() };
        captures[capture.UUID] = capture with { Count = Gremlin.Evaluate(capture.GremlinQuery) is IReadOnlyList<IFieldSource> nodes ? nodes.Count : 0 };
        context.Response.StatusCode = 201;
        await WriteAsync(context, capture);
    }
});
app.MapDelete("/api/capture/{id}", (HttpContext context, string id) => captures.TryRemove(id, out _)
    ? Task.CompletedTask
    : FailAsync(context, new() { Status = 404, Code = ErrorCodes.CaptureNotFound, Detail = $"no capture {id}" }));

// Injections of more than a thousand packets never end, others end at once.
app.MapGet("/api/injectpacket", (HttpContext context) => WriteAsync<IReadOnlyDictionary<string, Injection>>(context, injections.ToDictionary()));
app.MapGet("/api/injectpacket/{id}", (HttpContext context, string id) => injections.TryGetValue(id, out var injection)
    ? WriteAsync(context, injection)
    : FailAsync(context, new() { Status = 404, Code = ErrorCodes.InjectionNotFound, Detail = $"no injection {id}" }));
app.MapPost("/api/injectpacket", async (HttpContext context) =>
{
    var injection = (await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJsonContext.Default.Injection))!;
    var sources = Gremlin.Evaluate(injection.Src) is IReadOnlyList<IFieldSource> found ? found.OfType<Node>().ToArray() : [];
    if (sources.Length == 0)
    {
        await FailAsync(context, new() { Status = 400, Code = ErrorCodes.InvalidInjection, Detail = $"Not able to find a source node for '{injection.Src}'" });
        return;
    }

    string state = injection.Count > 1000 ? InjectionStates.Active : InjectionStates.Completed;
    injection = injection with { UUID = Guid.NewGuid().ToString(), StartTime = DateTimeOffset.UtcNow };
    injections[injection.UUID] = injection with
    {
        State = state,
        PacketCount = injection.Count * sources.Length,
        Sources = [.. sources.Select(source => new InjectionSource { Name = source.Name, TID = source.TID!, Host = source.Host, State = state, PacketCount = injection.Count })],
    };
    context.Response.StatusCode = 201;
    await WriteAsync(context, injection);
});
app.MapDelete("/api/injectpacket/{id}", (HttpContext context, string id) => injections.TryRemove(id, out _)
    ? Task.CompletedTask
    : FailAsync(context, new() { Status = 404, Code = ErrorCodes.InjectionNotFound, Detail = $"no injection {id}" }));

// Ping meshes have measured ten requests of each pair at once: the first pair lost half of them.
app.MapGet("/api/pingmesh", (HttpContext context) => WriteAsync<IReadOnlyDictionary<string, PingMesh>>(context, meshes.ToDictionary(static pair => pair.Key, static pair => pair.Value with { Pairs = null })));
app.MapGet("/api/pingmesh/{id}", (HttpContext context, string id) => meshes.TryGetValue(id, out var mesh)
    ? WriteAsync(context, mesh)
    : FailAsync(context, new() { Status = 404, Code = ErrorCodes.PingMeshNotFound, Detail = $"no ping mesh {id}" }));
app.MapGet("/api/pingmesh/{id}/samples", (HttpContext context, string id) => meshes.TryGetValue(id, out var mesh)
    ? WriteAsync<IReadOnlyList<PingSample>>(context, [.. mesh.Pairs!.Select(static pair => new PingSample { PairID = pair.ID, Start = Lab.Time, Last = Lab.Time + 1000, Statistics = pair.Statistics })])
    : FailAsync(context, new() { Status = 404, Code = ErrorCodes.PingMeshNotFound, Detail = $"no ping mesh {id}" }));
app.MapPost("/api/pingmesh", async (HttpContext context) =>
{
    var mesh = (await JsonSerializer.DeserializeAsync(context.Request.Body, ContractsJsonContext.Default.PingMesh))!;
    var sources = Gremlin.Evaluate(mesh.Src) is IReadOnlyList<IFieldSource> found ? found.OfType<Node>().ToArray() : [];
    var destinations = mesh.Dst.Length == 0 ? sources : [.. ((IReadOnlyList<IFieldSource>)Gremlin.Evaluate(mesh.Dst)).OfType<Node>()];
    if (sources.Length == 0)
    {
        await FailAsync(context, new() { Status = 400, Code = ErrorCodes.InvalidPingMesh, Detail = "no pair of interfaces that have addresses" });
        return;
    }

    PingPair[] pairs =
    [
        .. sources.SelectMany(source => destinations.Where(destination => destination != source).Select(destination => (source, destination))).Select(static (ends, index) => new PingPair
        {
            ID = $"pair{index}",
            SrcTID = ends.source.TID!,
            Src = ends.source.Name,
            SrcHost = ends.source.Host,
            SrcIP = "10.0.0.1",
            DstTID = ends.destination.TID!,
            Dst = ends.destination.Name,
            DstHost = ends.destination.Host,
            DstIP = "10.0.0.2",
            State = index == 0 ? PingPairStates.Down : PingPairStates.Up,
            LastChange = Lab.Time,
            Statistics = new()
            {
                Sent = 10, Received = index == 0 ? 5 : 10, Lost = index == 0 ? 5 : 0, RTTMin = 40_000, RTTMax = 90_000, RTTSum = (index == 0 ? 5 : 10) * 55_000, RTTLast = 50_000,
                RTTP50 = 55_000, RTTP95 = 88_000, RTTP99 = 89_000, Jitter = 6_000,
            },
        }),
    ];
    mesh = mesh with
    {
        UUID = Guid.NewGuid().ToString(),
        StartTime = DateTimeOffset.UtcNow,
        State = mesh.Count > 0 ? PingMeshStates.Completed : PingMeshStates.Active,
        PairCount = pairs.Length,
        UpCount = pairs.Count(static pair => pair.State == PingPairStates.Up),
        Statistics = PingStatistics.Sum(pairs.Select(static pair => pair.Statistics)),
        Pairs = pairs,
    };
    meshes[mesh.UUID] = mesh;
    context.Response.StatusCode = 201;
    await WriteAsync(context, mesh);
});
app.MapDelete("/api/pingmesh/{id}", (HttpContext context, string id) => meshes.TryRemove(id, out _)
    ? Task.CompletedTask
    : FailAsync(context, new() { Status = 404, Code = ErrorCodes.PingMeshNotFound, Detail = $"no ping mesh {id}" }));
app.MapPost("/api/pcap", async (HttpContext context) =>
{
    using var memory = new MemoryStream();
    await context.Request.Body.CopyToAsync(memory);
    if (memory.Length >= 4 && BitConverter.ToUInt32(memory.GetBuffer()) == 0xa1b2c3d4)
    {
        context.Response.StatusCode = 202;
    }
    else
    {
        await FailAsync(context, new() { Status = 400, Code = ErrorCodes.InvalidPcap, Detail = "no pcap file" });
    }
});
app.Map("/ws/subscriber", FollowAsync);

app.MapGet("/fake/state", () => Results.Json(new { Requests = requests.ToArray(), Sockets = subscribers.Count, Streams = openStreams }));
app.MapPost("/fake/reset", () =>
{
    requests.Clear();
    captures.Clear();
    injections.Clear();
    meshes.Clear();
});
app.MapPost("/fake/drop", () =>
{
    foreach (var subscriber in subscribers.Values)
    {
        subscriber.Cancel();
    }
});

await app.StartAsync();
Console.WriteLine(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First());
await Task.Run(Console.In.ReadToEnd);
return;

string Serialize(IFieldSource element) => JsonSerializer.Serialize(element, element.GetType(), options);

Task WriteAsync<T>(HttpContext context, T value)
{
    context.Response.ContentType = "application/json";
    return context.Response.WriteAsync(JsonSerializer.Serialize(value, typeof(T), options));
}

async Task FailAsync(HttpContext context, ApiError error)
{
    context.Response.StatusCode = error.Status;
    context.Response.ContentType = ApiError.MediaType;
    await context.Response.WriteAsync(JsonSerializer.Serialize(error, ContractsJsonContext.Default.ApiError));
}

// A result without end: the client has to leave.
async Task StreamForeverAsync(HttpContext context)
{
    Interlocked.Increment(ref openStreams);
    try
    {
        await context.Response.WriteAsync("[");
        while (true)
        {
            await context.Response.WriteAsync(Serialize(Lab.Bridge) + ",", context.RequestAborted);
            await context.Response.Body.FlushAsync(context.RequestAborted);
            await Task.Delay(20, context.RequestAborted);
        }
    }
    catch (OperationCanceledException)
    {
    }
    finally
    {
        Interlocked.Decrement(ref openStreams);
    }
}

// Answers SyncRequest, then changes the bridge's MTU again and again.
async Task FollowAsync(HttpContext context)
{
    if (!context.WebSockets.IsWebSocketRequest)
    {
        context.Response.StatusCode = 426;
        return;
    }

    using var socket = await context.WebSockets.AcceptWebSocketAsync();
    using var stop = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
    string id = context.Request.Headers["X-Host-ID"].ToString();
    subscribers[id] = stop;
    try
    {
        byte[] buffer = new byte[64 * 1024];
        var received = await socket.ReceiveAsync(buffer, stop.Token);
        var request = JsonSerializer.Deserialize(buffer.AsSpan(0, received.Count), ContractsJsonContext.Default.WebSocketMessage)!;
        var sync = request.Obj.Deserialize(ContractsJsonContext.Default.SyncRequest)!;
        if (sync.GremlinFilter?.Contains("Foo(", StringComparison.Ordinal) == true)
        {
            await SendAsync(request with { Type = MessageTypes.SyncReply, Status = 400, Obj = JsonSerializer.SerializeToElement("'Foo' is no step") });
            await socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, stop.Token);
            return;
        }

        var graph = new SubGraph { Nodes = Lab.Nodes, Edges = Lab.Edges };
        await SendAsync(request with { Type = MessageTypes.SyncReply, Obj = JsonSerializer.SerializeToElement(graph, ContractsJsonContext.Default.SubGraph) });
        var drain = DrainAsync();
        for (int revision = 3; !drain.IsCompleted; revision++)
        {
            var update = new PartialUpdate
            {
                ID = Lab.Bridge.Id,
                UpdatedAt = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds(),
                Revision = revision,
                Ops = [new() { Type = MetadataOperation.Add, Key = "MTU", Value = 1500 - revision }],
            };
            await SendAsync(new()
            {
                Namespace = MessageNamespaces.Graph,
                Type = MessageTypes.NodePartiallyUpdated,
                UUID = Guid.NewGuid().ToString(),
                Obj = JsonSerializer.SerializeToElement(update, ContractsJsonContext.Default.PartialUpdate),
            });
            await Task.Delay(20, stop.Token);
        }
    }
    catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
    {
    }
    finally
    {
        subscribers.TryRemove(id, out _);
    }

    async Task DrainAsync()
    {
        byte[] rest = new byte[1024];
        try
        {
            while ((await socket.ReceiveAsync(rest, stop.Token)).MessageType != WebSocketMessageType.Close)
            {
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or WebSocketException)
        {
        }
    }

    Task SendAsync(WebSocketMessage message) =>
        socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(message, ContractsJsonContext.Default.WebSocketMessage), WebSocketMessageType.Text, true, stop.Token);
}
