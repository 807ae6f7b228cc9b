using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Skydive.Storage.Sqlite;

/// <summary>Reads columns that hold something in every database that is whole.</summary>
internal static class SqliteDataReaderExtensions
{
    /// <summary>The text of a column.</summary>
    /// <param name="reader">A reader on a row.</param>
    /// <param name="ordinal">The column.</param>
    /// <exception cref="InvalidDataException">It is NULL.</exception>
    public static string GetText(this SqliteDataReader reader, int ordinal) => reader.GetTextOrNull(ordinal) ?? throw Missing(reader, ordinal);

    /// <summary>The text of a column; null when it is NULL.</summary>
    /// <param name="reader">A reader on a row.</param>
    /// <param name="ordinal">The column.</param>
    public static string? GetTextOrNull(this SqliteDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetString(ordinal);

    /// <summary>The bytes of a column.</summary>
    /// <param name="reader">A reader on a row.</param>
    /// <param name="ordinal">The column.</param>
    /// <exception cref="InvalidDataException">It is NULL.</exception>
    public static byte[] GetBytes(this SqliteDataReader reader, int ordinal) =>
        reader.IsDBNull(ordinal) ? throw Missing(reader, ordinal) : reader.GetFieldValue<byte[]>(ordinal);

    /// <summary>The bytes of a column where SQLite has them, until the reader goes on; none when it is NULL.</summary>
    /// <param name="reader">A reader on a row.</param>
    /// <param name="ordinal">The column.</param>
    public static ReadOnlySpan<byte> GetSpan(this SqliteDataReader reader, int ordinal) => raw.sqlite3_column_blob(reader.Handle, ordinal);

    /// <summary>The number of a column.</summary>
    /// <param name="reader">A reader on a row.</param>
    /// <param name="ordinal">The column.</param>
    /// <exception cref="InvalidDataException">It is NULL.</exception>
    public static long GetNumber(this SqliteDataReader reader, int ordinal) => reader.GetNumberOrNull(ordinal) ?? throw Missing(reader, ordinal);

    /// <summary>The number of a column; null when it is NULL.</summary>
    /// <param name="reader">A reader on a row.</param>
    /// <param name="ordinal">The column.</param>
    public static long? GetNumberOrNull(this SqliteDataReader reader, int ordinal) => reader.IsDBNull(ordinal) ? null : reader.GetInt64(ordinal);

    private static InvalidDataException Missing(SqliteDataReader reader, int ordinal) => new($"the column {reader.GetName(ordinal)} of a row has no value");
}
