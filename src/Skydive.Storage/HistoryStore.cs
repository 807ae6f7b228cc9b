using Skydive.Storage.Memory;
using Skydive.Storage.Sqlite;

namespace Skydive.Storage;

/// <summary>Opens history stores.</summary>
public static class HistoryStore
{
    /// <summary>Opens the store that the options name; makes it when it does not exist.</summary>
    /// <param name="options">The options.</param>
    /// <param name="time">The clock that ages are measured with; null for the system's.</param>
    /// <exception cref="HistoryException">
    /// The driver is unknown, its options are missing, or the store cannot be opened: missing library, no access, in use by another process,
    /// damaged, or written by a newer version.
    /// </exception>
    public static IHistoryStore Open(HistoryStoreOptions options, TimeProvider? time = null) => options.Driver switch
    {
        HistoryStoreOptions.MemoryDriver => new MemoryHistoryStore(options, time),
        HistoryStoreOptions.SqliteDriver => SqliteHistoryStore.Open(options, time),
        _ => throw new HistoryException(
            HistoryErrorReason.InvalidOptions,
            $"storage driver '{options.Driver}' is unknown: use {HistoryStoreOptions.SqliteDriver} or {HistoryStoreOptions.MemoryDriver}"),
    };
}
