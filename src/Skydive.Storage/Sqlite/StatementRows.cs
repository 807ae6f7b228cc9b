using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Skydive.Storage.Sqlite;

/// <summary>The rows of a statement that runs, one after the other. To be disposed before the statement runs again.</summary>
internal sealed class StatementRows : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly sqlite3_stmt _statement;

    /// <summary>Makes the rows of a statement.</summary>
    /// <param name="connection">Where it runs.</param>
    /// <param name="statement">The statement, whose parameters are bound before each run.</param>
    public StatementRows(SqliteConnection connection, sqlite3_stmt statement)
    {
        _connection = connection;
        _statement = statement;
    }

    /// <summary>Goes to the next row.</summary>
    /// <returns>False when there is none.</returns>
    /// <exception cref="SqliteException">The statement failed.</exception>
    public bool Read()
    {
        int result = raw.sqlite3_step(_statement);
        if (result is raw.SQLITE_ROW or raw.SQLITE_DONE)
        {
            return result == raw.SQLITE_ROW;
        }

        SqliteException.ThrowExceptionForRC(result, _connection.Handle);
        return false;
    }

    /// <summary>Whether a column of the row is NULL.</summary>
    /// <param name="ordinal">The column.</param>
    public bool IsNull(int ordinal) => raw.sqlite3_column_type(_statement, ordinal) == raw.SQLITE_NULL;

    /// <summary>The text of a column.</summary>
    /// <param name="ordinal">The column.</param>
    /// <exception cref="InvalidDataException">It is NULL.</exception>
    public string GetText(int ordinal) => GetTextOrNull(ordinal) ?? throw Missing(ordinal);

    /// <summary>The text of a column; null when it is NULL.</summary>
    /// <param name="ordinal">The column.</param>
    public string? GetTextOrNull(int ordinal) => IsNull(ordinal) ? null : System.Text.Encoding.UTF8.GetString(GetSpan(ordinal));

    /// <summary>The bytes of a column.</summary>
    /// <param name="ordinal">The column.</param>
    /// <exception cref="InvalidDataException">It is NULL.</exception>
    public byte[] GetBytes(int ordinal) => IsNull(ordinal) ? throw Missing(ordinal) : GetSpan(ordinal).ToArray();

    /// <summary>The bytes of a column, or of its text in UTF-8, where SQLite has them, until the next row; none when it is NULL.</summary>
    /// <param name="ordinal">The column.</param>
    public ReadOnlySpan<byte> GetSpan(int ordinal) => raw.sqlite3_column_blob(_statement, ordinal);

    /// <summary>The number of a column.</summary>
    /// <param name="ordinal">The column.</param>
    /// <exception cref="InvalidDataException">It is NULL.</exception>
    public long GetNumber(int ordinal) => GetNumberOrNull(ordinal) ?? throw Missing(ordinal);

    /// <summary>The number of a column; null when it is NULL.</summary>
    /// <param name="ordinal">The column.</param>
    public long? GetNumberOrNull(int ordinal) => IsNull(ordinal) ? null : raw.sqlite3_column_int64(_statement, ordinal);

    /// <summary>Ends the run.</summary>
    public void Dispose() => raw.sqlite3_reset(_statement);

    private InvalidDataException Missing(int ordinal) =>
        new($"the column {raw.sqlite3_column_name(_statement, ordinal).utf8_to_string()} of a row has no value");
}
