using System.Net.WebSockets;
using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Agent.Link;
using Skydive.Agent.Tests.Support;
using Skydive.Contracts;
using Skydive.Contracts.Messages;
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
        await _analyzer.DisposeAsync();
        await _flows.DisposeAsync();
    }

    [Fact]
    public async Task TryAccept_Connected_SendsMessagesOfOneRunInOrder()
    {
        var connection = await _analyzer.AcceptAsync();
        Assert.Equal("/ws/agent/flow", connection.Path);

        Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("1"), AnalyzerConnectionTests.MakeFlow("2")]));
        var first = await ReceiveAsync(connection);
        Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("3")]));
        var second = await ReceiveAsync(connection);

        Assert.Equal(["1", "2"], first.Flows.Select(static flow => flow.UUID));
        Assert.Equal(["3"], second.Flows.Select(static flow => flow.UUID));
        Assert.Equal((1, 2), (first.Sequence, second.Sequence));
        Assert.Equal(first.Run, second.Run);
        Assert.Equal((0, 3), (_flows.Status.Acknowledged, _flows.Status.Waiting));

        await AcknowledgeAsync(connection, 2);
        await UntilAsync(() => _flows.Status is { Acknowledged: 3, Waiting: 0, WaitingBytes: 0, Dropped: 0, IsConnected: true });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task ConnectionEnds_WhatIsNotAcknowledgedComesAgain(bool orderly)
    {
        var first = await _analyzer.AcceptAsync();
        foreach (string uuid in (string[])["1", "2", "3"])
        {
            Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow(uuid)]));
            await ReceiveAsync(first);
        }

        await AcknowledgeAsync(first, 1);
        await UntilAsync(() => _flows.Status.Waiting == 2);
        if (orderly)
        {
            await first.CloseAsync();
        }
        else
        {
            first.Break();
        }

        var second = await _analyzer.AcceptAsync();
        Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("4")]));

        for (int sequence = 2; sequence <= 4; sequence++)
        {
            var message = await ReceiveAsync(second);
            Assert.Equal((sequence, $"{sequence}"), (message.Sequence, Assert.Single(message.Flows).UUID));
        }

        Assert.Equal(2, _flows.Status.Repeated);
        await AcknowledgeAsync(second, 4);
        await UntilAsync(() => _flows.Status.Waiting == 0);
    }

    [Fact]
    public async Task NothingIsAcknowledged_ABoundedNumberIsOnItsWay()
    {
        var connection = await _analyzer.AcceptAsync();
        for (int i = 1; i <= 100; i++)
        {
            Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow($"{i}")]));

            // Each is to be a message of its own.
            await UntilAsync(() => _flows.Status.WaitingBytes > 0 && _flows.Status.Waiting == i);
            if (i <= 64)
            {
                await ReceiveAsync(connection);
            }
        }

        var next = connection.ReceiveRawAsync();
        await Task.Delay(200, TestContext.Current.CancellationToken);
        Assert.False(next.IsCompleted);
        await AcknowledgeAsync(connection, 10);
        Assert.Equal(65, FlowMessage.Decode((await next)!.Value.Data).Sequence);
    }

    [Fact]
    public async Task NoAnalyzer_TheOldestAreLostAndToldTheRestIsSentLater()
    {
        await _flows.DisposeAsync();
        var nowhere = _analyzer.Address;
        await _analyzer.DisposeAsync();
        long lost = 0;
        await using var flows = Connect(nowhere, maximumBytes: 65536);
        for (int i = 0; i < 200; i++)
        {
            Assert.True(flows.TryAccept([.. Enumerable.Range(0, 100).Select(j => AnalyzerConnectionTests.MakeFlow($"{(i * 100) + j + 1:x}"))], (count, _) => Interlocked.Add(ref lost, count)));

            // Nothing is ever in none of the counts.
            var status = flows.Status;
            Assert.Equal((i + 1) * 100, status.Waiting + status.Dropped);
        }

        await UntilAsync(() => flows.Status is { WaitingBytes: > 0 and <= 65536, Dropped: > 0 } status && status.Dropped == Interlocked.Read(ref lost));
        var end = flows.Status;
        Assert.Equal(20_000, end.Dropped + end.Waiting);
        Assert.False(flows.Completion.IsCompleted);
    }

    [Fact]
    public async Task AnalyzerSaysLost_TheOwnerIsTold()
    {
        var connection = await _analyzer.AcceptAsync();
        int lost = 0;
        Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("1")], (count, _) => Interlocked.Add(ref lost, count)));
        await ReceiveAsync(connection);
        await AcknowledgeAsync(connection, 1, 1);

        await UntilAsync(() => Volatile.Read(ref lost) == 1);
        Assert.Equal((1, 0, 0), (_flows.Status.Dropped, _flows.Status.Acknowledged, _flows.Status.Waiting));
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
        var received = new List<string>();
        while (received.Count < 100)
        {
            var message = await ReceiveAsync(connection);
            received.AddRange(message.Flows.Select(static flow => flow.UUID));
            await AcknowledgeAsync(connection, message.Sequence);
        }

        Assert.Equal(Enumerable.Range(0, 100).Select(static i => $"{i}"), received);
        Assert.Null(await connection.ReceiveRawAsync());
        await connection.CloseAsync();
        await disposing;
        Assert.True(_flows.Completion.IsCompletedSuccessfully);
        Assert.False(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("1")]));
    }

    [Fact]
    public async Task Dispose_NothingIsAcknowledged_EndsAndCountsWhatIsLost()
    {
        await _analyzer.AcceptAsync();
        int lost = 0;
        Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("1")], (count, _) => Interlocked.Add(ref lost, count)));

        await _flows.DisposeAsync();

        Assert.Equal((1, 1), (_flows.Status.Dropped, lost));
    }

    [Theory]
    [InlineData("hello")]
    [InlineData("""{"Namespace":"Flow","Type":"FlowsAcknowledged","Obj":{}}""")]
    [InlineData("""{"Namespace":"Flow","Type":"FlowsAcknowledged","Obj":{"Sequence":"x"}}""")]
    public async Task AnalyzerTalksNonsense_TheNextConnectionGetsTheFlows(string nonsense)
    {
        var connection = await _analyzer.AcceptAsync();
        await connection.SendAsync(nonsense);
        var next = await _analyzer.AcceptAsync();

        Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("1")]));

        Assert.Equal("1", Assert.Single((await ReceiveAsync(next)).Flows).UUID);
    }

    [Fact]
    public async Task AnalyzerSaysWhatDoesNotConcernFlows_IsLeftAside()
    {
        var connection = await _analyzer.AcceptAsync();
        await connection.SendAsync("""{"Namespace":"Other","Type":"Thing","Obj":{}}""");

        Assert.True(_flows.TryAccept([AnalyzerConnectionTests.MakeFlow("1")]));

        Assert.Equal("1", Assert.Single((await ReceiveAsync(connection)).Flows).UUID);
    }

    private static FlowConnection Connect(Uri analyzer, long maximumBytes = FlowConnection.DefaultMaximumBytes) =>
        new(analyzer, "lab", TimeSpan.FromSeconds(2), TimeSpan.FromSeconds(5), NullLogger<FlowConnection>.Instance, maximumBytes);

    private static async Task<FlowMessage> ReceiveAsync(TestConnection connection)
    {
        var message = Assert.NotNull(await connection.ReceiveRawAsync());
        Assert.Equal(WebSocketMessageType.Binary, message.Type);
        return FlowMessage.Decode(message.Data);
    }

    private static Task AcknowledgeAsync(TestConnection connection, long sequence, params long[] lost) => connection.SendAsync(MessageWriter.Write(
        MessageNamespaces.Flow,
        MessageTypes.FlowsAcknowledged,
        string.Empty,
        new FlowAcknowledgement { Sequence = sequence, Lost = lost },
        ContractsJsonContext.Default.FlowAcknowledgement));

    private static async Task UntilAsync(Func<bool> condition)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(Tools.Patience);
        while (!condition())
        {
            await Task.Delay(1, deadline.Token);
        }
    }
}
