using Skydive.Graph.Execution;

namespace Skydive.Graph.Tests;

public sealed class LoopGroupTests
{
    private static readonly TimeSpan s_enough = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task Watch_OneBreaks_EndsTheOthersAndFails()
    {
        using var stop = new CancellationTokenSource();
        var other = UntilStoppedAsync(stop.Token);
        var group = LoopGroup.WatchAsync(stop, other, BreakAsync());
        var error = await Assert.ThrowsAsync<InvalidOperationException>(() => group.WaitAsync(s_enough, TestContext.Current.CancellationToken));
        Assert.Equal("broken", error.Message);
        Assert.True(other.IsCompletedSuccessfully);
    }

    [Fact]
    public async Task Watch_OneEnds_WaitsForTheOthers()
    {
        using var stop = new CancellationTokenSource();
        var group = LoopGroup.WatchAsync(stop, Task.CompletedTask, UntilStoppedAsync(stop.Token));
        await Task.Delay(20, TestContext.Current.CancellationToken);
        Assert.False(group.IsCompleted);
        await stop.CancelAsync();
        await group.WaitAsync(s_enough, TestContext.Current.CancellationToken);
    }

    private static async Task UntilStoppedAsync(CancellationToken stop)
    {
        await Task.Delay(Timeout.Infinite, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
    }

    private static async Task BreakAsync()
    {
        await Task.Yield();
        throw new InvalidOperationException("broken");
    }
}
