namespace Skydive.Gremlin;

/// <summary>What a query may use up. Every limit is finite: a query comes from a user.</summary>
public sealed record GremlinOptions
{
    /// <summary>The limits that hold when none are given.</summary>
    public static readonly GremlinOptions Default = new();

    private readonly TimeSpan _timeout = TimeSpan.FromSeconds(60);
    private readonly long _maximumVisited = 200_000_000;
    private readonly int _maximumCollected = 5_000_000;

    /// <summary>
    /// How long a query may work, until its last element is given; 60 seconds at first. Time spent waiting for the receiver of a streamed
    /// result does not count.
    /// </summary>
    public TimeSpan Timeout
    {
        get => _timeout;
        init => _timeout = value > TimeSpan.Zero ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "must be positive");
    }

    /// <summary>How many elements all steps together may look at; 200 million at first.</summary>
    public long MaximumVisited
    {
        get => _maximumVisited;
        init => _maximumVisited = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "must be positive");
    }

    /// <summary>How many elements steps that collect (Sort, Dedup, SubGraph …) may hold in memory together; 5 million at first.</summary>
    public int MaximumCollected
    {
        get => _maximumCollected;
        init => _maximumCollected = value > 0 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "must be positive");
    }

    /// <summary>What time it is, for relative times such as <c>At('-1m')</c>.</summary>
    public TimeProvider Time { get; init; } = TimeProvider.System;
}
