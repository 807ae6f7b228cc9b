namespace Skydive.Storage.Tests.Support;

/// <summary>A clock that stands still until it is set.</summary>
internal sealed class ManualTime(long milliseconds = 1_000) : TimeProvider
{
    public long Milliseconds { get; set; } = milliseconds;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds);
}
