namespace Skydive.Flows.Tests;

internal static class Allocations
{
    /// <summary>
    /// The bytes that an action allocates on the managed heap once it has run before: the least of some runs, as the runtime allocates a little
    /// at times for itself, on whatever thread it is.
    /// </summary>
    public static long Of(Action action)
    {
        action();
        long least = long.MaxValue;
        for (int i = 0; i < 5 && least > 0; i++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            action();
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }
}
