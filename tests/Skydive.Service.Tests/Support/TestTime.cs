namespace Skydive.Service.Tests.Support;

/// <summary>A clock that a test turns.</summary>
internal sealed class TestTime : TimeProvider
{
    private TimeSpan _elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddYears(60) + _elapsed;

    // A timestamp of 0 is one before the test.
    public override long GetTimestamp() => TimeSpan.FromHours(1).Ticks + _elapsed.Ticks;

    public void Advance(TimeSpan time) => _elapsed += time;
}
