using Skydive.Contracts.PingMeshes;

namespace Skydive.Analyzer.PingMeshes;

/// <summary>A ping mesh as it rests in the store.</summary>
internal sealed record StoredPingMesh
{
    private static readonly IReadOnlyList<PingPair> s_none = [];

    /// <summary>The order, complete.</summary>
    public required PingMesh Mesh { get; init; }

    /// <summary>When it ends by itself, in milliseconds since 1970-01-01 UTC; null for never.</summary>
    public long? ExpiresAt { get; init; }

    /// <summary>Whether every pair has sent all its requests.</summary>
    public bool IsCompleted { get; init; }

    /// <summary>The pairs that there are or, once it is completed, were, with what they measured then.</summary>
    public IReadOnlyList<PingPair> Pairs { get; init => field = value ?? s_none; } = s_none;

    /// <summary>The pairs that there were before: their samples are in the history still.</summary>
    public IReadOnlyList<PingPair> Former { get; init => field = value ?? s_none; } = s_none;
}
