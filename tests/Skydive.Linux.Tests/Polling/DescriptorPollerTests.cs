using Skydive.Linux.Polling;

namespace Skydive.Linux.Tests.Polling;

public sealed class DescriptorPollerTests
{
    [Fact]
    public void Wait_ReadyDescriptors_GivesTheirKeys()
    {
        using var poller = new DescriptorPoller();
        using var first = new WakeEvent();
        using var second = new WakeEvent();
        poller.Add(first.Descriptor, 0x1234567890abcdef);
        poller.Add(second.Descriptor, 0);
        ulong[] keys = new ulong[4];

        first.Set();
        second.Set();
        Assert.Equal(WaitOutcome.Ready, poller.Wait(keys, out int count, Tools.Patience, CancellationToken.None));
        Assert.Equal([0ul, 0x1234567890abcdef], keys[..count].Order().ToArray());

        // Level-triggered: what is not read is told again.
        first.Reset();
        Assert.Equal(WaitOutcome.Ready, poller.Wait(keys, out count, Tools.Patience, CancellationToken.None));
        Assert.Equal([0ul], keys[..count]);

        poller.Remove(second.Descriptor);
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(keys, out count, TimeSpan.FromMilliseconds(2), CancellationToken.None));
        Assert.Equal(0, count);
    }

    [Fact]
    public void Wait_MoreReadyThanRoom_GivesTheRestLater()
    {
        using var poller = new DescriptorPoller();
        WakeEvent[] events = [.. Enumerable.Range(0, 5).Select(_ => new WakeEvent())];
        for (int i = 0; i < events.Length; i++)
        {
            poller.Add(events[i].Descriptor, (ulong)i);
            events[i].Set();
        }

        var seen = new HashSet<ulong>();
        ulong[] keys = new ulong[2];
        for (int round = 0; round < 20 && seen.Count < events.Length; round++)
        {
            Assert.Equal(WaitOutcome.Ready, poller.Wait(keys, out int count, Tools.Patience, CancellationToken.None));
            Assert.InRange(count, 1, 2);
            foreach (ulong key in keys.AsSpan(0, count))
            {
                seen.Add(key);
                events[key].Reset();
            }
        }

        Assert.Equal(5, seen.Count);
        Array.ForEach(events, wake => wake.Dispose());
    }

    [Fact]
    public void Rest_DescriptorIsReady_WaitsForTheTimeOrForWake()
    {
        using var poller = new DescriptorPoller();
        using var ready = new WakeEvent();
        using var cancellation = new CancellationTokenSource();
        poller.Add(ready.Descriptor, 1);
        ready.Set();
        ulong[] keys = new ulong[2];

        Assert.Equal(WaitOutcome.TimedOut, poller.Rest(TimeSpan.FromMilliseconds(2), CancellationToken.None));
        poller.Wake();
        Assert.Equal(WaitOutcome.Ready, poller.Rest(Tools.Patience, CancellationToken.None));

        // The next wait finds both.
        Assert.Equal(WaitOutcome.Ready, poller.Rest(Tools.Patience, CancellationToken.None));
        Assert.Equal(WaitOutcome.Ready, poller.Wait(keys, out int count, Tools.Patience, CancellationToken.None));
        Assert.Equal([1ul], keys[..count]);
        Assert.Equal(WaitOutcome.TimedOut, poller.Rest(TimeSpan.Zero, CancellationToken.None));

        cancellation.CancelAfter(5);
        Assert.Equal(WaitOutcome.Cancelled, poller.Rest(Tools.Patience, cancellation.Token));
        poller.Dispose();
        Assert.Equal(WaitOutcome.Cancelled, poller.Rest(Tools.Patience, CancellationToken.None));
    }

    [Fact]
    public void Wake_WhileWaiting_GivesNoKeys()
    {
        using var poller = new DescriptorPoller();
        poller.Wake();

        Assert.Equal(WaitOutcome.Ready, poller.Wait(new ulong[1], out int count, Tools.Patience, CancellationToken.None));
        Assert.Equal(0, count);
        Assert.Equal(WaitOutcome.TimedOut, poller.Wait(new ulong[1], out _, TimeSpan.Zero, CancellationToken.None));
    }

    [Fact]
    public void Wait_CancelledOrDisposed_Ends()
    {
        var poller = new DescriptorPoller();
        using var cancellation = new CancellationTokenSource(TimeSpan.FromMilliseconds(20));

        Assert.Equal(WaitOutcome.Cancelled, poller.Wait(new ulong[1], out _, Timeout.InfiniteTimeSpan, cancellation.Token));
        var thread = new Thread(poller.Dispose);
        thread.Start();
        WaitOutcome outcome;
        do
        {
            // The cancelled wait may leave one empty wake-up behind.
            outcome = poller.Wait(new ulong[1], out _, Timeout.InfiniteTimeSpan, CancellationToken.None);
        }
        while (outcome == WaitOutcome.Ready);

        Assert.Equal(WaitOutcome.Cancelled, outcome);
        thread.Join();
    }

    [Fact]
    public async Task Dispose_WhileAWaitBegins_EndsIt()
    {
        for (int i = 0; i < 500; i++)
        {
            var poller = new DescriptorPoller();
            using var barrier = new Barrier(2);
            var wait = Task.Run(
                () =>
                {
                    barrier.SignalAndWait();
                    return poller.Wait(new ulong[1], out _, Timeout.InfiniteTimeSpan, CancellationToken.None);
                },
                TestContext.Current.CancellationToken);
            barrier.SignalAndWait();
            Thread.SpinWait(i * 10);
            poller.Dispose();
            Assert.Equal(WaitOutcome.Cancelled, await wait.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public void Add_Twice_Throws()
    {
        using var poller = new DescriptorPoller();
        using var wake = new WakeEvent();
        poller.Add(wake.Descriptor, 1);

        Assert.Equal(LinuxErrorReason.AlreadyExists, Assert.Throws<LinuxException>(() => poller.Add(wake.Descriptor, 2)).Reason);
        Assert.Throws<ArgumentOutOfRangeException>(() => poller.Add(wake.Descriptor, ulong.MaxValue));
    }
}
