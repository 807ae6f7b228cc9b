namespace Skydive.Contracts.PingMeshes;

/// <summary>What a pair measured in a span of time.</summary>
public sealed record PingSample
{
    /// <summary>Identifier of the pair.</summary>
    public string PairID { get; init => field = value ?? string.Empty; } = string.Empty;

    /// <summary>When the span began, in milliseconds since 1970-01-01 UTC.</summary>
    public long Start { get; init; }

    /// <summary>When it ended.</summary>
    public long Last { get; init; }

    /// <summary>What was sent, received and found lost in it.</summary>
    public PingStatistics Statistics { get; init => field = value ?? new(); } = new();
}
