using Skydive.Contracts.Metadata;
using Skydive.Graph.Events;

namespace Skydive.Graph.Tests.Events;

public sealed class GraphSubscriptionTests
{
    private readonly LiveGraph _graph = new("h", "o", new ManualTime());

    [Fact]
    public void TryRead_CommitsThatFit_AreGivenInOrderOnce()
    {
        Add(2);
        using var subscription = _graph.Subscribe(3);
        Assert.Equal(2, subscription.Start.Sequence);
        Assert.False(subscription.TryRead(out _));
        Add(3);

        for (int i = 3; i <= 5; i++)
        {
            Assert.True(subscription.TryRead(out var change));
            Assert.False(change.IsResynchronization);
            Assert.Equal(i, change.Commit!.Sequence);
            Assert.Same(change.Commit.Snapshot, change.Snapshot);
            Assert.Equal(0, change.Lost);
        }

        Assert.False(subscription.TryRead(out _));
        Assert.Equal(0, subscription.TotalLost);
    }

    [Fact]
    public void TryRead_AfterOverflow_StartsAgainFromTheNewestSnapshotOnce()
    {
        using var subscription = _graph.Subscribe(2);
        Add(1);
        Assert.True(subscription.TryRead(out _));
        Add(5);

        Assert.True(subscription.TryRead(out var change));
        Assert.True(change.IsResynchronization);
        Assert.Same(_graph.Current, change.Snapshot);
        Assert.Equal(5, change.Lost);
        Assert.Equal(5, subscription.TotalLost);
        Assert.False(subscription.TryRead(out _));
        Add(1);
        Assert.True(subscription.TryRead(out change));
        Assert.Equal(7, change.Commit!.Sequence);
    }

    [Fact]
    public void Subscribe_Twice_EachHasItsOwnQueue()
    {
        using var small = _graph.Subscribe(1);
        using var large = _graph.Subscribe(10);
        Add(3);

        Assert.True(small.TryRead(out var change) && change.IsResynchronization);
        Assert.True(large.TryRead(out change) && !change.IsResynchronization);
        Assert.Equal(0, large.TotalLost);
        Assert.Throws<ArgumentOutOfRangeException>(() => _graph.Subscribe(0));
    }

    [Fact]
    public async Task ReadAllAsync_Disposed_GivesWhatIsWaitingAndEnds()
    {
        var subscription = _graph.Subscribe();
        Add(2);
        subscription.Dispose();
        subscription.Dispose();
        Add(1);
        var sequences = new List<long>();
        await foreach (var change in subscription.ReadAllAsync(default))
        {
            sequences.Add(change.Snapshot.Sequence);
        }

        Assert.Equal([1, 2], sequences);
        Assert.False(await subscription.WaitToReadAsync(default));
    }

    [Fact]
    public async Task ReadAllAsync_ReaderThatWaits_IsWokenAndCanBeCancelled()
    {
        using var subscription = _graph.Subscribe();
        using var cancellation = new CancellationTokenSource();
        await using var reader = subscription.ReadAllAsync(cancellation.Token).GetAsyncEnumerator(default);
        var waiting = reader.MoveNextAsync();
        Assert.False(waiting.IsCompleted);
        Add(1);
        Assert.True(await waiting);
        waiting = reader.MoveNextAsync();
        cancellation.Cancel();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await waiting);
    }

    [Fact]
    public void Events_TransientWrite_IsMarked()
    {
        Assert.False(_graph.Write(static transaction => transaction.AddNode("a", MetadataMap.Empty))!.IsTransient);
        Assert.True(_graph.Write(static transaction => transaction.Set(transaction.FindNode("a")!, "n", 1), true)!.IsTransient);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, 50)]
    [InlineData(2, 0)]
    [InlineData(3, 200)]
    [InlineData(4096, 0)]
    public async Task ReadAllAsync_WriterThatRaces_LosesAndRepeatsNothing(int capacity, int slowness)
    {
        using var subscription = _graph.Subscribe(capacity);
        var writer = new RandomWriter(capacity);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));

        // Pauses of the writer give the reader the chance to run dry, which is where a wake-up could be missed.
        var writing = Task.Run(() =>
        {
            for (int i = 0; i < 3000; i++)
            {
                _graph.Write(writer.Change);
                if (writer.Random.Next(20) == 0)
                {
                    Thread.SpinWait(writer.Random.Next(2000));
                }
            }

            // The last change: the reader waits for it, so that one that is held back fails the test.
            return _graph.Write(static transaction => transaction.AddNode("last", MetadataMap.Empty))!.Sequence;
        });

        var copy = new LiveGraph("copy", "copy", new ManualTime());
        copy.Write(transaction => transaction.Synchronize(null, subscription.Start.ToSubGraph()));
        long sequence = subscription.Start.Sequence, resynchronizations = 0, lost = 0;
        await foreach (var change in subscription.ReadAllAsync(deadline.Token))
        {
            if (change.Commit is { } commit)
            {
                Assert.Equal(sequence + 1, commit.Sequence);
                GraphAssert.Replay(copy, commit);
            }
            else
            {
                resynchronizations++;
                lost += change.Lost;
                Assert.Equal(sequence + change.Lost, change.Snapshot.Sequence);
                Assert.True(change.Lost > 0);
                copy.Write(transaction => transaction.Synchronize(null, change.Snapshot.ToSubGraph()));
            }

            sequence = change.Snapshot.Sequence;
            Assert.Equal(change.Snapshot.NodeCount, copy.Current.NodeCount);
            Assert.Equal(change.Snapshot.EdgeCount, copy.Current.EdgeCount);
            Thread.SpinWait(slowness * 10);
            if (change.Snapshot.FindNode("last") is not null)
            {
                break;
            }
        }

        Assert.Equal(await writing, sequence);
        Assert.Equal(GraphAssert.Text(_graph.Current), GraphAssert.Text(copy.Current));
        Assert.Equal(lost, subscription.TotalLost);
        Assert.Equal(resynchronizations > 0, lost > 0);
        Assert.False(subscription.TryRead(out _));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task ReadAllAsync_BurstsWithSilenceAfter_NeverLeaveTheReaderBehind(int capacity)
    {
        using var subscription = _graph.Subscribe(capacity);
        using var deadline = new CancellationTokenSource(TimeSpan.FromMinutes(5));
        long reached = 0;
        var reading = Task.Run(async () =>
        {
            await foreach (var change in subscription.ReadAllAsync(deadline.Token))
            {
                Volatile.Write(ref reached, change.Snapshot.Sequence);
            }
        });
        var random = new Random(capacity);
        _graph.Write(static transaction => transaction.AddNode("n", MetadataMap.Empty));
        for (int round = 1; round < 1000; round++)
        {
            for (int i = random.Next(1, 6); i > 0; i--)
            {
                _graph.Write(transaction => transaction.Set(transaction.FindNode("n")!, "v", (round * 10) + i));
                Thread.SpinWait(random.Next(300));
            }

            // Nothing comes after the burst: a wake-up that was missed would leave the reader waiting.
            long last = _graph.Current.Sequence;
            Assert.True(SpinWait.SpinUntil(() => Volatile.Read(ref reached) >= last, TimeSpan.FromSeconds(50)), $"round {round}: at {reached} of {last}");
        }

        subscription.Dispose();
        await reading;
        Assert.Equal(_graph.Current.Sequence, reached);
    }

    private void Add(int commits)
    {
        for (int i = 0; i < commits; i++)
        {
            _graph.Write(static transaction => transaction.AddNode(Identifiers.Random(), MetadataMap.Empty));
        }
    }
}
