using System.Net.WebSockets;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Link;
using Skydive.Agent.Tests.Support;
using Skydive.Flows.Encoding;

namespace Skydive.Agent.Tests.Link;

public sealed class FlowConnectionTests : IAsyncLifetime
{
    private TestAnalyzer _analyzer = null!;
    private FlowConnection _flows = null!;

    public async ValueTask InitializeAsync()
    {
        _analyzer = await TestAnalyzer.StartAsync();
        _flows = Connect(_analyzer.Address);
    }

    public async ValueTask DisposeAsync()
    {
        await _flows.DisposeAsync();
        await _analyzer.DisposeAsync();
    }

    [Fact]
    public async Task TryAccept_Connected_SendsEachBatchAsOneBlock()
    {
        var connection = await _analyzer.AcceptAsync();
        Assert.Equal("/ws/agent/flow", connection.Path);

        Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("1"), AnalyzerConnectionTests.MakeFlow("2")]));
        Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("3")]));

        Assert.Equal(["1", "2"], await ReceiveAsync(connection));
        Assert.Equal(["3"], await ReceiveAsync(connection));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TryAccept_AfterTheAnalyzerWentAway_SendsToTheNextConnection(bool orderly)
    {
        var first = await _analyzer.AcceptAsync();
        if (orderly)
        {
            await first.CloseAsync();
        }
        else
        {
            first.Break();
        }

        var second = await _analyzer.AcceptAsync();
        Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("1")]));

        Assert.Equal(["1"], await ReceiveAsync(second));
    }

    [Fact]
    public async Task TryAccept_NoAnalyzer_KeepsABoundedNumber()
    {
        await _flows.DisposeAsync();
        var nowhere = _analyzer.Address;
        await _analyzer.DisposeAsync();
        await using var flows = Connect(nowhere);

        int accepted = 0;
        while (accepted < 5000 && flows.TryAccept([AnalyzerConnectionTests.MakeFlow("1")]))
        {
            accepted++;
        }

        Assert.InRange(accepted, 1000, 1100);
        Assert.False(flows.TryAccept([AnalyzerConnectionTests.MakeFlow("1")]));
        Assert.False(flows.Completion.IsCompleted);
    }

    [Fact]
    public async Task Dispose_WithFlowsWaiting_SendsThemFirst()
    {
        var connection = await _analyzer.AcceptAsync();
        for (int i = 0; i < 100; i++)
        {
            Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow($"{i}")]));
        }

        var disposing = _flows.DisposeAsync();
        for (int i = 0; i < 100; i++)
        {
            Assert.Equal([$"{i}"], await ReceiveAsync(connection));
        }

        Assert.Null(await connection.ReceiveRawAsync());
        await connection.CloseAsync();
        await disposing;
        Assert.True(_flows.Completion.IsCompletedSuccessfully);
        Assert.False(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("1")]));
    }

    [Fact]
    public async Task AnalyzerTalks_IsLeftAside()
    {
        var connection = await _analyzer.AcceptAsync();
        await connection.SendAsync("hello");

        Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("1")]));

        Assert.Equal(["1"], await ReceiveAsync(connection));
    }

    private static FlowConnection Connect(Uri analyzer) =>
        new(analyzer, "lab", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), NullLogger<FlowConnection>.Instance);

    private static async Task<IEnumerable<string>> ReceiveAsync(TestConnection connection)
    {
        var message = Assert.NotNull(await connection.ReceiveRawAsync());
        Assert.Equal(WebSocketMessageType.Binary, message.Type);
        return FlowChunk.Decode(message.Data).Select(static flow => flow.UUID);
    }
}
