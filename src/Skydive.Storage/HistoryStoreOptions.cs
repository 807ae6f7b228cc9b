namespace Skydive.Storage;

/// <summary>How a history store is set up.</summary>
public sealed record HistoryStoreOptions
{
    /// <summary><see cref="Driver"/> of the store that lives as long as the process.</summary>
    public const string MemoryDriver = "memory";

    /// <summary><see cref="Driver"/> of the store in a file.</summary>
    public const string SqliteDriver = "sqlite";

    /// <summary>memory or sqlite.</summary>
    public string Driver { get; init; } = SqliteDriver;

    /// <summary>sqlite: where the database rests. Made, for its owner only, when it is not there.</summary>
    public string? Directory { get; init; }

    /// <summary>How long closed revisions and flows are kept; null for ever.</summary>
    public TimeSpan? MaximumAge { get; init; } = TimeSpan.FromDays(30);

    /// <summary>sqlite: how many bytes the data may take before the oldest are forgotten; null for no limit.</summary>
    public long? MaximumSizeBytes { get; init; } = 4L << 30;

    /// <summary>memory: how many closed revisions are kept.</summary>
    public int MaximumClosedRevisions { get; init; } = 100_000;

    /// <summary>memory: how many flows are kept.</summary>
    public int MaximumFlows { get; init; } = 100_000;

    /// <summary>memory: how many metric samples are kept.</summary>
    public int MaximumMetrics { get; init; } = 100_000;

    /// <summary>How many revisions one answer may hold; more is an error rather than the end of the process's memory.</summary>
    public int MaximumRevisionsPerAnswer { get; init; } = 1_000_000;

    /// <summary>How many flows one search may find, before it is sorted and cut.</summary>
    public int MaximumFlowsPerSearch { get; init; } = 1_000_000;

    /// <summary>memory: how many bytes of flows' packets are kept.</summary>
    public long MaximumPacketBytes { get; init; } = 64L << 20;

    /// <summary>How many bytes of flows' packets one search may find.</summary>
    public long MaximumPacketBytesPerSearch { get; init; } = 512L << 20;

    /// <summary>How many metric samples one search may find.</summary>
    public int MaximumMetricsPerSearch { get; init; } = 1_000_000;
}
