using System.Collections.Concurrent;
using Skydive.Contracts.PingMeshes;

namespace Skydive.Analyzer.PingMeshes;

/// <summary>A ping mesh, its pairs, and what agents have told of them. What has no remark belongs to the manager's loop; others read it.</summary>
internal sealed class StandingPingMesh
{
    private const int MaximumFormer = 4 * PingMeshResolver.MaximumPairs;

    private volatile IReadOnlyList<MeshPair> _pairs;
    private volatile IReadOnlyList<PingPair> _former;
    private volatile bool _isCompleted;
    private volatile string? _error;

    /// <summary>Takes a mesh from the store.</summary>
    public StandingPingMesh(StoredPingMesh stored)
    {
        Mesh = stored.Mesh;
        ExpiresAt = stored.ExpiresAt is { } milliseconds ? DateTimeOffset.FromUnixTimeMilliseconds(milliseconds) : null;
        _isCompleted = stored.IsCompleted;
        _former = stored.Former;

        // Until the graph tells what to measure there is nothing to be sent.
        _pairs = [.. stored.Pairs.Select(static pair => new MeshPair(pair, null))];
    }

    /// <summary>The order, complete.</summary>
    public PingMesh Mesh { get; }

    /// <summary>When it ends by itself; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; }

    /// <summary>The pairs. Read by anyone.</summary>
    public IReadOnlyList<MeshPair> Pairs => _pairs;

    /// <summary>Whether every pair has sent all its requests. Read by anyone.</summary>
    public bool IsCompleted => _isCompleted;

    /// <summary>What is wrong with the selection now; null when nothing is. Read by anyone.</summary>
    public string? Error
    {
        get => _error;
        set => _error = value;
    }

    /// <summary>What was ordered of which host, as it was written; not what it has not taken.</summary>
    public Dictionary<string, string> Ordered { get; } = new(StringComparer.Ordinal);

    /// <summary>When an order that was not taken is given again.</summary>
    public DateTimeOffset? RetryAt { get; set; }

    /// <summary>What agents have told of pairs, by identifier. Safe for use by several threads at once.</summary>
    public ConcurrentDictionary<string, PingPairReport> Reports { get; } = new(StringComparer.Ordinal);

    /// <summary>Why a host does not measure. Safe for use by several threads at once.</summary>
    public ConcurrentDictionary<string, string> HostErrors { get; } = new(StringComparer.Ordinal);

    /// <summary>Up to where samples of a host are in the store. Belongs to who holds <see cref="Polling"/>.</summary>
    public Dictionary<string, long> Acknowledged { get; } = new(StringComparer.Ordinal);

    /// <summary>The hosts all of whose pairs are done. Belongs to who holds <see cref="Polling"/>.</summary>
    public HashSet<string> CompletedHosts { get; } = new(StringComparer.Ordinal);

    /// <summary>One asks the agents at a time.</summary>
    public SemaphoreSlim Polling { get; } = new(1, 1);

    /// <summary>When agents were asked, by the clock of <see cref="TimeProvider.GetTimestamp"/>; null for never. Belongs to who holds <see cref="Polling"/>.</summary>
    public long? PolledAt { get; set; }

    /// <summary>The hosts that measure. Read by anyone.</summary>
    public IReadOnlyList<string> Hosts => [.. _pairs.Where(static pair => pair.Probe is not null).Select(static pair => pair.Pair.SrcHost).Distinct(StringComparer.Ordinal)];

    /// <summary>Takes other pairs.</summary>
    /// <returns>Whether there are others than before, so that the store must be told.</returns>
    public bool SetPairs(IReadOnlyList<MeshPair> pairs)
    {
        var now = pairs.Select(static pair => pair.Pair.ID).ToHashSet(StringComparer.Ordinal);
        var gone = _pairs.Where(pair => !now.Contains(pair.Pair.ID)).ToArray();
        bool isDifferent = gone.Length > 0 || now.Count != _pairs.Count;
        _pairs = pairs;
        foreach (var pair in gone)
        {
            Reports.TryRemove(pair.Pair.ID, out _);
        }

        if (isDifferent)
        {
            _former = [.. _former.Concat(gone.Select(static pair => Bare(pair.Pair))).Where(pair => !now.Contains(pair.ID)).DistinctBy(static pair => pair.ID).TakeLast(MaximumFormer)];
        }

        return isDifferent;
    }

    /// <summary>All is measured: what is known of the pairs stays as it is.</summary>
    public void Complete()
    {
        _pairs = [.. _pairs.Select(pair => new MeshPair(Describe(pair), null))];
        _isCompleted = true;
    }

    /// <summary>The pairs that there are and were, without what was measured.</summary>
    public IReadOnlyList<PingPair> KnownPairs() => [.. _pairs.Select(static pair => Bare(pair.Pair)).Concat(_former)];

    /// <summary>The mesh as it is told to users.</summary>
    /// <param name="withPairs">Whether with its pairs.</param>
    public PingMesh Describe(bool withPairs)
    {
        PingPair[] pairs = [.. _pairs.Select(Describe)];
        return Describe(pairs, withPairs) with { UpCount = pairs.Count(static pair => pair.State == PingPairStates.Up) };
    }

    /// <summary>The mesh with pairs as they were.</summary>
    public PingMesh Describe(IReadOnlyList<PingPair> pairs, bool withPairs) => Mesh with
    {
        State = _isCompleted ? PingMeshStates.Completed : PingMeshStates.Active,
        Error = _error,
        PairCount = pairs.Count,
        Statistics = PingStatistics.Sum(pairs.Select(static pair => pair.Statistics)),
        Pairs = withPairs ? pairs : null,
    };

    /// <summary>The mesh as it rests in the store.</summary>
    public StoredPingMesh ToStored() => new()
    {
        Mesh = Mesh,
        ExpiresAt = ExpiresAt?.ToUnixTimeMilliseconds(),
        IsCompleted = _isCompleted,
        Pairs = [.. _pairs.Select(pair => _isCompleted ? pair.Pair : Bare(pair.Pair))],
        Former = _former,
    };

    private static PingPair Bare(PingPair pair) => pair with { State = PingPairStates.Pending, LastChange = 0, Error = null, Statistics = new() };

    private PingPair Describe(MeshPair pair)
    {
        if (_isCompleted)
        {
            return pair.Pair;
        }

        var report = Reports.GetValueOrDefault(pair.Pair.ID);
        var described = report is null ? pair.Pair : pair.Pair with { State = report.State, LastChange = report.LastChange, Error = report.Error, Statistics = report.Statistics };
        return (pair.Probe is null ? pair.Pair.Error : HostErrors.GetValueOrDefault(pair.Pair.SrcHost)) is { } error
            ? described with { State = PingPairStates.Failed, Error = error }
            : described;
    }
}
