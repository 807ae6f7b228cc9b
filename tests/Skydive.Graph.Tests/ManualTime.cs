namespace Skydive.Graph.Tests;

/// <summary>A clock that stands until it is set.</summary>
internal sealed class ManualTime : TimeProvider
{
    public long Now { get; set; } = 1000;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Now);
}
