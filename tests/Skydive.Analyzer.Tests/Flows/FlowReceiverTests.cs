using Microsoft.Extensions.Logging.Abstractions;
using Skydive.Analyzer.Flows;
using Skydive.Analyzer.Tests.Support;

namespace Skydive.Analyzer.Tests.Flows;

public sealed class FlowReceiverTests
{
    private readonly TestStore _store = new();
    private readonly ManualTime _time = new();

    [Fact]
    public async Task TryAccept_AfterASecond_TheFlowsAreStoredAsOneBatch()
    {
        await using var receiver = Make(100);
        Assert.True(receiver.TryAccept([Support.Make.Flow("1"), Support.Make.Flow("2")]));
        Assert.True(receiver.TryAccept([Support.Make.Flow("3")]));

        await _time.AdvanceUntilAsync(() => _store.Appends > 0, TimeSpan.FromMilliseconds(250));

        Assert.Equal(1, _store.Appends);
        Assert.Equal(3, (await _store.SearchFlowsAsync(new(), TestContext.Current.CancellationToken)).Count);
        Assert.Equal(0, receiver.Dropped);
    }

    [Fact]
    public async Task TryAccept_Many_AreStoredWithoutWaiting()
    {
        await using var receiver = Make(100_000);

        Assert.True(receiver.TryAccept([.. Enumerable.Range(0, 6000).Select(static i => Support.Make.Flow($"{i}"))]));

        await Wait.UntilAsync(() => _store.Appends == 1);
    }

    [Fact]
    public async Task TryAccept_MoreThanMayWait_DropsTheNewestAndCountsThem()
    {
        var gate = new TaskCompletionSource();
        _store.Gate = gate.Task;
        await using var receiver = Make(10);
        Assert.True(receiver.TryAccept([.. Enumerable.Range(0, 8).Select(static i => Support.Make.Flow($"{i}"))]));

        Assert.False(receiver.TryAccept([.. Enumerable.Range(10, 3).Select(static i => Support.Make.Flow($"{i}"))]));
        Assert.True(receiver.TryAccept([Support.Make.Flow("a"), Support.Make.Flow("b")]));
        Assert.False(receiver.TryAccept([Support.Make.Flow("c")]));

        Assert.Equal(4, receiver.Dropped);
        gate.SetResult();
        await _time.AdvanceUntilAsync(() => receiver.TryAccept([Support.Make.Flow("d")]), TimeSpan.FromMilliseconds(250));
    }

    [Fact]
    public async Task StoreIsFull_TheBatchIsTriedAgainUntilThereIsRoom()
    {
        _store.Fails = true;
        await using var receiver = Make(10);
        Assert.True(receiver.TryAccept([Support.Make.Flow("1"), Support.Make.Flow("2")]));
        await _time.AdvanceUntilAsync(() => _store.Failures >= 3, TimeSpan.FromMilliseconds(250));
        Assert.Equal((0L, 2L), (receiver.Dropped, receiver.Status.Waiting));

        _store.Fails = false;
        await _time.AdvanceUntilAsync(() => receiver.Status.Stored == 2, TimeSpan.FromMilliseconds(250));
        Assert.Equal(1, _store.Appends);
        Assert.False(receiver.Completion.IsCompleted);
    }

    [Fact]
    public async Task StoreRefusesOne_ItsDeliveryIsCountedAndToldAndTheOthersAreKept()
    {
        _store.Refused.Add("bad");
        await using var receiver = Make(10);
        int lost = 0;
        Assert.True(receiver.TryAccept([Support.Make.Flow("1")]));
        Assert.True(receiver.TryAccept([Support.Make.Flow("bad"), Support.Make.Flow("2")], (flows, _) => Interlocked.Add(ref lost, flows)));
        Assert.True(receiver.TryAccept([Support.Make.Flow("3")]));

        await _time.AdvanceUntilAsync(() => receiver.Status.Waiting == 0, TimeSpan.FromMilliseconds(250));

        Assert.Equal((2L, 2L, 2), (receiver.Status.Stored, receiver.Dropped, Volatile.Read(ref lost)));
        Assert.Equal(["1", "3"], (await _store.SearchFlowsAsync(new(), TestContext.Current.CancellationToken)).Select(static flow => flow.UUID));
    }

    [Fact]
    public async Task Dispose_StoresWhatWaitsAtOnceAndTakesNoMore()
    {
        var receiver = Make(10);
        receiver.TryAccept([Support.Make.Flow("1")]);

        await receiver.DisposeAsync();
        await receiver.DisposeAsync();

        Assert.Single(await _store.SearchFlowsAsync(new(), TestContext.Current.CancellationToken));
        Assert.False(receiver.TryAccept([Support.Make.Flow("2")]));
        Assert.Equal(1, receiver.Dropped);
    }

    private FlowReceiver Make(int maximum) => new(_store, maximum, _time, NullLogger<FlowReceiver>.Instance);
}
