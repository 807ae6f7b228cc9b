using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.History;
using Skydive.Analyzer.Tests.Support;
using Skydive.Contracts.Queries;
using Skydive.Graph;

namespace Skydive.Analyzer.Tests.History;

public sealed class HistoryWriterTests
{
    private readonly LiveGraph _graph = new("a1", "analyzer.a1");
    private readonly TestStore _store = new();
    private readonly ManualTime _time = new();

    [Fact]
    public async Task Flush_WaitsUntilTheChangeIsInTheStore()
    {
        await using var writer = await StartAsync();
        _graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));

        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(["n1"], await LiveAsync());
    }

    [Fact]
    public async Task Changes_ThatKeepComing_AreWrittenTogetherAndAtOnceForWhoWaits()
    {
        await using var writer = await StartAsync();
        _graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));

        // One that comes alone is written at once, with nobody waiting.
        await Wait.UntilAsync(() => _store.Appends == 1);
        for (int i = 0; i < 200; i++)
        {
            _graph.Write(transaction => transaction.Set(transaction.FindNode("n1")!, "Count", i));
            await Task.Yield();
        }

        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken);
        Assert.InRange(_store.Appends, 2, 100);
        Assert.Equal(201, (await _store.GetStatisticsAsync(TestContext.Current.CancellationToken)).Revisions);
    }

    [Fact]
    public async Task Transient_IsNotKept()
    {
        await using var writer = await StartAsync();
        _graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));
        _graph.Write(static transaction => transaction.Set(transaction.FindNode("n1")!, "Count", 1), isTransient: true);
        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(1, (await _store.GetStatisticsAsync(TestContext.Current.CancellationToken)).Revisions);

        _graph.Write(static transaction => transaction.Set(transaction.FindNode("n1")!, "State", "UP"));
        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken);
        Assert.Equal(2, (await _store.GetStatisticsAsync(TestContext.Current.CancellationToken)).Revisions);
    }

    [Fact]
    public async Task MetricSamples_AreKeptAsASeriesWhateverBringsThem()
    {
        await using var writer = await StartAsync();
        _graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));
        Set("LastUpdateMetric", 1, 10, 100);
        Set("LastUpdateMetric", 10, 20, 200);
        _graph.Write(static transaction => transaction.Set(transaction.FindNode("n1")!, "State", "UP"));
        Set("SFlow.LastUpdateMetric", 5, 15, 7);
        Set("SFlow.Other", 5, 15, 7);
        Set("BlockdevMetric", 5, 15, 8);
        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken);

        Assert.Equal([(1, 10, 100), (10, 20, 200)], await SearchAsync("LastUpdateMetric"));
        Assert.Equal([(5, 15, 7)], await SearchAsync("SFlow.LastUpdateMetric"));
        Assert.Equal([(5, 15, 8)], await SearchAsync("BlockdevMetric"));

        // A change of the node that is none of its counters' is a revision; the counters themselves are none.
        Assert.Equal(2, (await _store.GetStatisticsAsync(TestContext.Current.CancellationToken)).Revisions);

        void Set(string path, long start, long last, long packets) => _graph.Write(
            transaction => transaction.Set(
                transaction.FindNode("n1")!, path, Skydive.Contracts.Metadata.MetadataMap.Create(("RxPackets", packets), ("Start", start), ("Last", last))),
            isTransient: true);

        async Task<(long Start, long Last, long Packets)[]> SearchAsync(string path)
        {
            var found = await _store.SearchMetricsAsync(
                new() { ElementIds = ["n1"], Path = path, Slice = new(0, 1000) }, TestContext.Current.CancellationToken);
            return [.. found.Select(static sample => (sample.Start, sample.Last, sample.Values["RxPackets"].TryGetInteger(out long packets) ? packets : -1))];
        }
    }

    [Fact]
    public async Task StoreRefusesOneSample_TheOthersAreKeptAndItIsCounted()
    {
        await using var writer = await StartAsync();
        _graph.Write(static transaction =>
        {
            for (int i = 0; i < 10; i++)
            {
                transaction.AddNode(Make.Node($"n{i}"));
            }
        });
        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken);
        _store.Refused.Add("n4");
        _store.Fails = true;
        _graph.Write(
            static transaction =>
            {
                for (int i = 0; i < 10; i++)
                {
                    var values = Skydive.Contracts.Metadata.MetadataMap.Create(("RxPackets", i), ("Start", 1), ("Last", 2));
                    transaction.Set(transaction.FindNode($"n{i}")!, "LastUpdateMetric", values);
                }
            },
            isTransient: true);

        // A store that fails for a while loses nothing and counts nothing.
        await Wait.UntilAsync(() => _store.Failures > 0);
        _store.Fails = false;
        _time.Advance(TimeSpan.FromSeconds(1));
        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken);

        var kept = await _store.SearchMetricsAsync(new() { Path = "LastUpdateMetric", Slice = new(0, 1000) }, TestContext.Current.CancellationToken);
        Assert.Equal(Enumerable.Range(0, 10).Where(static i => i != 4).Select(static i => $"n{i}"), kept.Select(static sample => sample.ElementId));
        Assert.Equal((1, 0), (writer.SamplesDropped, writer.Dropped));
    }

    [Fact]
    public async Task Start_TakesOverWhatWasAliveAndClosesItsOwn()
    {
        await using (await StartAsync())
        {
            _graph.Write(static transaction =>
            {
                transaction.AddNode(Make.Node("agents"));
                transaction.AddNode("own", Skydive.Contracts.Metadata.MetadataMap.Create(("Name", "own"), ("Type", "fabric")));
            });
        }

        var graph = new LiveGraph("a1", "analyzer.a1");
        await using var writer = await HistoryWriter.StartAsync(graph, _store, _time, NullLogger<HistoryWriter>.Instance, TestContext.Current.CancellationToken);

        Assert.NotNull(graph.Current.FindNode("agents"));
        Assert.Null(graph.Current.FindNode("own"));
    }

    [Fact]
    public async Task StoreFails_IsTriedAgainWithoutLoss()
    {
        await using var writer = await StartAsync();
        _store.Fails = true;
        _graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));
        _graph.Write(static transaction => transaction.AddNode(Make.Node("n2")));
        await _time.AdvanceUntilAsync(() => _store.Failures >= 3, TimeSpan.FromMilliseconds(500));
        Assert.False(writer.Completion.IsCompleted);

        _store.Fails = false;
        _graph.Write(static transaction => transaction.DeleteNode("n2"));
        await _time.AdvanceUntilAsync(() => LiveAsync().Result.SequenceEqual(["n1"]), TimeSpan.FromMilliseconds(500));

        Assert.Equal(0, _store.Reconciliations);
    }

    [Fact]
    public async Task StoreRefusesOneElement_TheOthersAreKeptAndItIsCounted()
    {
        await using var writer = await StartAsync();
        _store.Refused.Add("n17");
        _store.Refused.Add("n30");
        var gate = new TaskCompletionSource();
        _store.Gate = gate.Task;
        for (int i = 0; i < 50; i++)
        {
            string id = $"n{i}";
            _graph.Write(transaction => transaction.AddNode(Make.Node(id)));
        }

        _graph.Write(static transaction => transaction.DeleteNode("n3"));
        gate.SetResult();
        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken).WaitAsync(Wait.Patience, TestContext.Current.CancellationToken);

        Assert.Equal(2, writer.Dropped);
        Assert.Equal(Enumerable.Range(0, 50).Where(static i => i is not (3 or 17 or 30)).Select(static i => $"n{i}").Order(StringComparer.Ordinal), await LiveAsync());
        Assert.False(writer.Completion.IsCompleted);

        // What comes after it goes on from there.
        _store.Refused.Clear();
        _graph.Write(static transaction => transaction.Set(transaction.FindNode("n17")!, "State", "UP"));
        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken);
        Assert.Contains("n17", await LiveAsync());
    }

    [Fact]
    public async Task Overflow_StoreRefusesOneElement_TheRestIsMadeGood()
    {
        var gate = new TaskCompletionSource();
        await using var writer = await HistoryWriter.StartAsync(_graph, _store, _time, NullLogger<HistoryWriter>.Instance, queueSize: 4, TestContext.Current.CancellationToken);
        _graph.Write(static transaction => transaction.AddNode(Make.Node("gone")));
        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken);
        _store.Refused.Add("n7");
        _store.Gate = gate.Task;
        for (int i = 0; i < 50; i++)
        {
            string id = $"n{i}";
            _graph.Write(transaction => transaction.AddNode(Make.Node(id)));
        }

        _graph.Write(static transaction => transaction.DeleteNode("gone"));
        gate.SetResult();
        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken).WaitAsync(Wait.Patience, TestContext.Current.CancellationToken);

        Assert.True(_store.Reconciliations > 0);
        Assert.True(writer.Dropped > 0);
        Assert.Equal(_graph.Current.GetNodes().Select(static node => node.Id).Where(static id => id != "n7").Order(StringComparer.Ordinal), await LiveAsync());
    }

    [Fact]
    public async Task Flush_StoreFails_GivesUpAfterTheLimitAndKeepsNobody()
    {
        await using var writer = await StartAsync();
        _store.Fails = true;
        _graph.Write(static transaction => transaction.AddNode(Make.Node("n1")));

        var flush = writer.FlushAsync(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        Assert.False(flush.IsCompleted);
        await _time.AdvanceUntilAsync(() => flush.IsCompleted, TimeSpan.FromMilliseconds(500));
        await flush;

        using var cancelled = new CancellationTokenSource();
        var other = writer.FlushAsync(TimeSpan.FromHours(1), cancelled.Token);
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => other);
        Assert.Equal(0, writer.WaiterCount);
        _store.Fails = false;
        await _time.AdvanceUntilAsync(() => _store.Appends > 0);
    }

    [Fact]
    public async Task Overflow_WhatWasQueuedIsKeptAndTheRestIsMadeGood()
    {
        var gate = new TaskCompletionSource();
        await using var writer = await HistoryWriter.StartAsync(_graph, _store, _time, NullLogger<HistoryWriter>.Instance, queueSize: 4, TestContext.Current.CancellationToken);
        _store.Gate = gate.Task;
        for (int i = 0; i < 50; i++)
        {
            string id = $"n{i}";
            _graph.Write(transaction => transaction.AddNode(Make.Node(id)));
        }

        _graph.Write(static transaction => transaction.DeleteNode("n0"));
        gate.SetResult();
        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken).WaitAsync(Wait.Patience, TestContext.Current.CancellationToken);

        Assert.True(_store.Reconciliations > 0);
        Assert.Equal(_graph.Current.GetNodes().Select(static node => node.Id).Order(StringComparer.Ordinal), await LiveAsync());
    }

    [Fact]
    public async Task Dispose_WritesWhatWaits()
    {
        var writer = await StartAsync();
        for (int i = 0; i < 100; i++)
        {
            string id = $"n{i}";
            _graph.Write(transaction => transaction.AddNode(Make.Node(id)));
        }

        await writer.DisposeAsync();
        await writer.DisposeAsync();

        Assert.Equal(100, (await LiveAsync()).Count());
        Assert.True(writer.Completion.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task History_PointInTime_ShowsTheStateThen()
    {
        await using var writer = await StartAsync();
        _graph.Write(static transaction => transaction.AddNode("n1", Skydive.Contracts.Metadata.MetadataMap.Create(("Name", "before"))));
        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken);
        long then = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();
        await Wait.UntilAsync(() => DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() > then);
        _graph.Write(static transaction => transaction.Set(transaction.FindNode("n1")!, "Name", "after"));
        await writer.FlushAsync(Wait.Patience, TestContext.Current.CancellationToken);

        var view = await _store.GetGraphAsync(TimeSlice.At(then), TestContext.Current.CancellationToken);

        Assert.Equal("before", Assert.Single(view.GetNodes()).Name);
    }

    private Task<HistoryWriter> StartAsync() =>
        HistoryWriter.StartAsync(_graph, _store, _time, NullLogger<HistoryWriter>.Instance, TestContext.Current.CancellationToken);

    private async Task<IEnumerable<string>> LiveAsync() =>
        (await _store.GetLiveElementsAsync(TestContext.Current.CancellationToken)).Nodes.Select(static node => node.Id).Order(StringComparer.Ordinal);
}
