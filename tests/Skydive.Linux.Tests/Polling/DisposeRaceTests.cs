using Skydive.Linux.FileSystem;
using Skydive.Linux.Polling;

namespace Skydive.Linux.Tests.Polling;

public sealed class DisposeRaceTests
{
    [Fact]
    public async Task Wait_CancelledAndDisposedAtOnce_EndsAsCancelled()
    {
        for (int i = 0; i < 300; i++)
        {
            using var stop = new CancellationTokenSource();
            using var watcher = new MountWatcher();
            var waiting = Task.Run(() =>
            {
                WaitOutcome outcome;
                do
                {
                    outcome = watcher.Wait(Timeout.InfiniteTimeSpan, stop.Token);
                }
                while (outcome == WaitOutcome.Ready);

                return outcome;
            });
            await Task.Yield();
            await stop.CancelAsync();
            watcher.Dispose();

            Assert.Equal(WaitOutcome.Cancelled, await waiting.WaitAsync(TimeSpan.FromSeconds(10)));
        }
    }
}
