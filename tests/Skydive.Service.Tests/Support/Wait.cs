using System.Diagnostics;

namespace Skydive.Service.Tests.Support;

/// <summary>Waits for what happens elsewhere, with a deadline.</summary>
internal static class Wait
{
    public static async Task UntilAsync(Func<Task<bool>> condition, TimeSpan limit, Func<string>? describe = null)
    {
        var watch = Stopwatch.StartNew();
        while (!await condition())
        {
            if (watch.Elapsed > limit)
            {
                Assert.Fail($"not reached within {limit.TotalSeconds} s. {describe?.Invoke()}");
            }

            await Task.Delay(10);
        }
    }
}
