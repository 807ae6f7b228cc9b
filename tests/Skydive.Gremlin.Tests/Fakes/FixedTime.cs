namespace Skydive.Gremlin.Tests.Fakes;

/// <summary>A clock that stands until it is moved.</summary>
internal sealed class FixedTime(DateTimeOffset now) : TimeProvider
{
    private long _elapsed;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => now + TimeSpan.FromTicks(_elapsed);

    public override long GetTimestamp() => _elapsed;

    public void Advance(TimeSpan time) => _elapsed += time.Ticks;
}
