using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Skydive.Storage.Sqlite;

/// <summary>Makes connections to a history database.</summary>
internal static class SqliteConnections
{
    /// <summary>How long a statement waits for a lock of another connection.</summary>
    private static readonly TimeSpan s_busyTimeout = TimeSpan.FromSeconds(30);

    /// <summary>The connection of the writer. Commits survive the death of the process; see <see cref="WriteQueue"/> for more than that.</summary>
    /// <param name="path">The database.</param>
    public static SqliteConnection OpenWriter(string path) => Open(path, "PRAGMA synchronous = NORMAL; PRAGMA wal_autocheckpoint = 4000; PRAGMA cache_size = -16000; PRAGMA journal_size_limit = 67108864");

    /// <summary>A connection that cannot write.</summary>
    /// <param name="path">The database.</param>
    public static SqliteConnection OpenReader(string path) => Open(path, "PRAGMA query_only = ON; PRAGMA cache_size = -8000");

    /// <summary>Runs statements.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="sql">The statements.</param>
    public static void Execute(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Asks for a number; 0 when there is none.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="sql">The question.</param>
    public static long GetNumber(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() is long number ? number : 0;
    }

    /// <summary>Asks for a text; null when there is none.</summary>
    /// <param name="connection">Where.</param>
    /// <param name="sql">The question.</param>
    public static string? GetText(SqliteConnection connection, string sql)
    {
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar() as string;
    }

    private static SqliteConnection Open(string path, string settings)
    {
        var connection = new SqliteConnection(new SqliteConnectionStringBuilder { DataSource = path, Mode = SqliteOpenMode.ReadWrite, Pooling = false }.ToString());
        try
        {
            connection.Open();
            raw.sqlite3_busy_timeout(connection.Handle, (int)s_busyTimeout.TotalMilliseconds);
            Execute(connection, "PRAGMA temp_store = MEMORY; PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; " + settings);
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }
}
