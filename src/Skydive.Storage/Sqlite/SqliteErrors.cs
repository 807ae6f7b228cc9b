using Microsoft.Data.Sqlite;
using Skydive.Flows.Encoding;
using SQLitePCL;

namespace Skydive.Storage.Sqlite;

/// <summary>Turns errors of SQLite into errors that say what helps.</summary>
internal static class SqliteErrors
{
    /// <summary>Whether an error is one that the database, rather than the program, is the cause of.</summary>
    public static bool IsExpected(Exception error) => error is SqliteException or InvalidDataException or FlowChunkException;

    /// <summary>Whether the error is the end of a query that was asked to end.</summary>
    public static bool IsInterrupt(Exception error) => error is SqliteException { SqliteErrorCode: raw.SQLITE_INTERRUPT };

    /// <summary>The error to throw.</summary>
    /// <param name="error">What happened.</param>
    /// <param name="path">The database.</param>
    public static HistoryException Translate(Exception error, string path) => error switch
    {
        SqliteException { SqliteErrorCode: raw.SQLITE_FULL } => Full(path, error),
        SqliteException { SqliteExtendedErrorCode: raw.SQLITE_IOERR_SHMSIZE } => Full(path, error),
        SqliteException { SqliteErrorCode: raw.SQLITE_CORRUPT or raw.SQLITE_NOTADB } or InvalidDataException or FlowChunkException => Damaged(path, error.Message, error),
        SqliteException { SqliteErrorCode: raw.SQLITE_CANTOPEN or raw.SQLITE_PERM or raw.SQLITE_READONLY or raw.SQLITE_AUTH } => new(
            HistoryErrorReason.Inaccessible, $"the history database {path} cannot be opened or written ({error.Message}): give the service's user access to it", error),
        SqliteException { SqliteErrorCode: raw.SQLITE_BUSY or raw.SQLITE_LOCKED } => new(
            HistoryErrorReason.InUse, $"the history database {path} is locked by another process: end that process, and try again", error),
        _ => new(HistoryErrorReason.Failed, $"the history database {path} could not be read or written: {error.Message}", error),
    };

    /// <summary>Whether it is because of what was to be written that a write failed. Errors that nobody expects are: others are to be written all the same.</summary>
    public static bool IsRefusal(Exception error) => error switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode is raw.SQLITE_CONSTRAINT or raw.SQLITE_TOOBIG or raw.SQLITE_MISMATCH or raw.SQLITE_RANGE or raw.SQLITE_ERROR,
        _ => !IsExpected(error) && error is not HistoryException,
    };

    /// <summary>The error for something that cannot be written for what it is.</summary>
    /// <param name="error">What happened.</param>
    /// <param name="path">The database.</param>
    public static HistoryException Refuse(Exception error, string path) => new(
        HistoryErrorReason.Refused, $"the history database {path} cannot hold what was to be written ({error.GetType().Name}: {error.Message})", error);

    /// <summary>The error for a database that cannot be understood.</summary>
    /// <param name="path">The database.</param>
    /// <param name="what">What was found.</param>
    /// <param name="cause">What it came from; null when it came from nothing else.</param>
    public static HistoryException Damaged(string path, string what, Exception? cause = null) => new(
        HistoryErrorReason.Damaged,
        $"the history database {path} is damaged or not one of this service ({what}): move it and its -wal and -shm files away, and the service starts a new one, or put a "
        + "backup in its place",
        cause);

    private static HistoryException Full(string path, Exception cause) => new(
        HistoryErrorReason.Full, $"there is no room on the disk for the history database {path}: make room, or lower the storage's limits of age and size", cause);
}
