using Skydive.Storage;

namespace Skydive.Service.Commands;

/// <summary>What a history database holds.</summary>
internal sealed record StoreReport
{
    /// <summary>The database.</summary>
    public required string Path { get; init; }

    /// <summary>How much there is, and from when.</summary>
    public required HistoryStatistics Statistics { get; init; }

    /// <summary>What that takes; null when SQLite cannot tell.</summary>
    public required HistorySizes? Sizes { get; init; }
}
