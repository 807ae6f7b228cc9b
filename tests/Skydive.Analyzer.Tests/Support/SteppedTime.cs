namespace Skydive.Analyzer.Tests.Support;

/// <summary>The system's clock, whose time of day somebody sets; what measures spans goes on as it did.</summary>
internal sealed class SteppedTime : TimeProvider
{
    private long _offset;

    /// <summary>Sets the clock.</summary>
    public void Step(TimeSpan by) => Interlocked.Add(ref _offset, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _offset));
}
