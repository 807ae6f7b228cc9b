namespace Skydive.Agent.Captures;

/// <summary>The clock by which packets get their timestamps.</summary>
internal static class CaptureClock
{
    /// <summary>The time now: nanoseconds since 1970-01-01 UTC.</summary>
    public static long NowNanoseconds => (DateTimeOffset.UtcNow.Ticks - DateTimeOffset.UnixEpoch.Ticks) * TimeSpan.NanosecondsPerTick;
}
