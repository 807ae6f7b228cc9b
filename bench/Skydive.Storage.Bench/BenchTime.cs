namespace Skydive.Storage.Bench;

/// <summary>A clock that is set.</summary>
internal sealed class BenchTime(long milliseconds) : TimeProvider
{
    private long _milliseconds = milliseconds;

    public long Milliseconds
    {
        get => Volatile.Read(ref _milliseconds);
        set => Volatile.Write(ref _milliseconds, value);
    }

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.FromUnixTimeMilliseconds(Milliseconds);
}
