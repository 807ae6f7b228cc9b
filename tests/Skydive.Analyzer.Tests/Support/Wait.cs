using System.Diagnostics;

namespace Skydive.Analyzer.Tests.Support;

/// <summary>Waits for what happens on other threads, with a deadline.</summary>
internal static class Wait
{
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(20);

    public static async Task UntilAsync(Func<bool> condition, Func<string>? describe = null)
    {
        var watch = Stopwatch.StartNew();
        while (!condition())
        {
            if (watch.Elapsed > Patience)
            {
                Assert.Fail($"not reached in time. {describe?.Invoke()}");
            }

            await Task.Delay(1, TestContext.Current.CancellationToken);
        }
    }
}
