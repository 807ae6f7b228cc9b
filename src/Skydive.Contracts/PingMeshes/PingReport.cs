namespace Skydive.Contracts.PingMeshes;

/// <summary>What an agent has measured for a mesh.</summary>
public sealed record PingReport
{
    private static readonly IReadOnlyList<PingPairReport> s_noPairs = [];
    private static readonly IReadOnlyList<PingSample> s_noSamples = [];

    /// <summary>Whether every pair has sent all its requests, and each is decided.</summary>
    public bool IsCompleted { get; init; }

    /// <summary>The pairs as they are now.</summary>
    public IReadOnlyList<PingPairReport> Pairs { get; init => field = value ?? s_noPairs; } = s_noPairs;

    /// <summary>Samples that were not acknowledged, the oldest first; not all when there are many.</summary>
    public IReadOnlyList<PingSample> Samples { get; init => field = value ?? s_noSamples; } = s_noSamples;

    /// <summary>The sequence of the last of these samples, to be acknowledged; that of the request when there are none.</summary>
    public long Sequence { get; init; }

    /// <summary>Whether more samples are waiting.</summary>
    public bool HasMore { get; init; }

    /// <summary>How many samples were thrown away since nobody asked for them in time.</summary>
    public long SamplesDropped { get; init; }
}
