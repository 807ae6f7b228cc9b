using System.Net.WebSockets;
using System.Text.Json;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Messages;

namespace Skydive.Analyzer.Tests.WebSockets;

/// <summary>Programs that are told of flows, over real connections.</summary>
public sealed class FlowSubscriberTests : IAsyncLifetime
{
    private TestHost _host = null!;

    public async ValueTask InitializeAsync() => _host = await TestHost.StartAsync();

    public ValueTask DisposeAsync() => _host.DisposeAsync();

    [Fact]
    public async Task Subscribe_ToAll_IsToldOfFlowsWhenTheStoreHasThem()
    {
        using var client = await ConnectAsync("one", MessageNamespaces.FlowStream);
        Assert.True(_host.Analyzer.Flows.TryAccept([Make.Flow("f1"), Make.Flow("f2")]));

        var message = await client.TryReceiveAsync();

        Assert.Equal((MessageNamespaces.FlowStream, "store"), (message!.Namespace, message.Type));
        Assert.Equal(["f1", "f2"], Flows(message).Select(static flow => flow.UUID));
        Assert.Equal(2, _host.Analyzer.Flows.Status.Stored);
    }

    [Fact]
    public async Task Subscribe_ToACapture_IsToldOfItsFlowsOnly()
    {
        using var client = await ConnectAsync("one", MessageNamespaces.FlowOfCapture + "c1");
        Assert.True(_host.Analyzer.Flows.TryAccept([Make.Flow("other") with { CaptureID = "c2" }]));
        await Wait.UntilAsync(() => _host.Analyzer.Flows.Status.Stored == 1);
        Assert.True(_host.Analyzer.Flows.TryAccept([Make.Flow("mine") with { CaptureID = "c1" }, Make.Flow("other") with { CaptureID = "c2" }]));

        var message = await client.TryReceiveAsync();

        Assert.Equal(MessageNamespaces.FlowOfCapture + "c1", message!.Namespace);
        Assert.Equal("mine", Assert.Single(Flows(message)).UUID);
    }

    [Fact]
    public async Task Subscribe_Twice_IsRefusedUntilTheFirstIsGone()
    {
        using (await ConnectAsync("one", MessageNamespaces.FlowStream))
        {
            await Assert.ThrowsAsync<WebSocketException>(() => ConnectAsync("one", MessageNamespaces.FlowStream));
        }

        await Wait.UntilAsync(() => _host.Analyzer.FlowSubscribers.Status.Count == 0);
        using var again = await ConnectAsync("one", MessageNamespaces.FlowStream);
    }

    [Fact]
    public async Task Subscribe_TooSlow_MissesMessagesThatAreCounted()
    {
        using var client = await ConnectAsync("slow", MessageNamespaces.FlowStream);
        Flow[] many = [.. Enumerable.Range(0, 2000).Select(static i => Make.Flow($"f{i}"))];
        await Wait.UntilAsync(() =>
        {
            _host.Analyzer.FlowBoard.Tell(many);
            return _host.Analyzer.FlowSubscribers.Status["slow"].Dropped > 0;
        });

        // What came before is there all the same.
        Assert.Equal(2000, Flows((await client.TryReceiveAsync())!).Count);
    }

    [Fact]
    public async Task Subscriber_SaysSomething_IsNotMinded()
    {
        using var client = await ConnectAsync("one", MessageNamespaces.FlowStream);
        await client.SendAsync(new string('x', 100_000));
        await client.SendAsync(new byte[] { 1, 2, 3 }, WebSocketMessageType.Binary);
        Assert.True(_host.Analyzer.Flows.TryAccept([Make.Flow("f1")]));
        Assert.Equal("f1", Assert.Single(Flows((await client.TryReceiveAsync())!)).UUID);
    }

    private static IReadOnlyList<Flow> Flows(WebSocketMessage message) => message.Obj.Deserialize(ContractsJsonContext.Default.IReadOnlyListFlow)!;

    private Task<TestClient> ConnectAsync(string hostId, string messageNamespace) => TestClient.ConnectAsync(
        _host.Http.BaseAddress!,
        "/ws/subscriber/flow",
        [(WebSocketHeaders.HostId, hostId), (WebSocketHeaders.ClientType, "test"), (WebSocketHeaders.Namespace, messageNamespace)]);
}
