using System.Buffers;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Skydive.Storage.Sqlite;

/// <summary>A statement that is prepared once, at its first use, and run many times. Its parameters are <c>$0</c>, <c>$1</c> and so on. For one thread.</summary>
internal sealed class Statement : IDisposable
{
    private const int StackBytes = 256;

    private readonly SqliteConnection _connection;
    private readonly string _text;

    // Where each parameter stands among those of SQLite, which are numbered in the order of their first use.
    private readonly int[] _places;
    private StatementRows? _rows;
    private sqlite3_stmt? _statement;

    /// <summary>Makes a statement.</summary>
    /// <param name="connection">Where it runs.</param>
    /// <param name="text">The SQL.</param>
    /// <param name="parameterCount">How many parameters it has.</param>
    public Statement(SqliteConnection connection, string text, int parameterCount = 0)
    {
        _connection = connection;
        _text = text;
        _places = new int[parameterCount];
    }

    /// <summary>Runs for its effect.</summary>
    /// <param name="values">The parameters.</param>
    /// <returns>How many rows it changed, if it is one that changes rows.</returns>
    /// <exception cref="SqliteException">It failed.</exception>
    public int Run(params ReadOnlySpan<StatementValue> values)
    {
        using (var rows = Query(values))
        {
            while (rows.Read())
            {
            }
        }

        return raw.sqlite3_changes(_connection.Handle);
    }

    /// <summary>Runs for its rows. One reader at a time.</summary>
    /// <param name="values">The parameters.</param>
    /// <exception cref="SqliteException">It failed.</exception>
    public StatementRows Query(params ReadOnlySpan<StatementValue> values)
    {
        var statement = _statement ?? Prepare();
        for (int i = 0; i < values.Length; i++)
        {
            if (_places[i] != 0)
            {
                Check(Bind(statement, _places[i], values[i]));
            }
        }

        return _rows!;
    }

    /// <summary>Runs for the number in its first row and column; null when there is no row or it is NULL.</summary>
    /// <param name="values">The parameters.</param>
    /// <exception cref="SqliteException">It failed.</exception>
    public long? QueryNumber(params ReadOnlySpan<StatementValue> values)
    {
        using var rows = Query(values);
        return rows.Read() ? rows.GetNumberOrNull(0) : null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _statement?.Dispose();
        _statement = null;
        _rows = null;
    }

    private static int Bind(sqlite3_stmt statement, int place, in StatementValue value)
    {
        if (value.Number is { } number)
        {
            return raw.sqlite3_bind_int64(statement, place, number);
        }

        if (value.Bytes is { } bytes)
        {
            return raw.sqlite3_bind_blob(statement, place, bytes);
        }

        return value.Text switch
        {
            null => raw.sqlite3_bind_null(statement, place),

            // A text without bytes would be taken for NULL.
            "" => raw.sqlite3_bind_text(statement, place, string.Empty),
            var text => BindText(statement, place, text),
        };
    }

    private static int BindText(sqlite3_stmt statement, int place, string text)
    {
        int most = System.Text.Encoding.UTF8.GetMaxByteCount(text.Length);
        if (most <= StackBytes)
        {
            Span<byte> utf8 = stackalloc byte[StackBytes];
            return raw.sqlite3_bind_text(statement, place, utf8[..System.Text.Encoding.UTF8.GetBytes(text, utf8)]);
        }

        byte[] rented = ArrayPool<byte>.Shared.Rent(most);
        int result = raw.sqlite3_bind_text(statement, place, rented.AsSpan(0, System.Text.Encoding.UTF8.GetBytes(text, rented)));
        ArrayPool<byte>.Shared.Return(rented);
        return result;
    }

    private sqlite3_stmt Prepare()
    {
        Check(raw.sqlite3_prepare_v2(_connection.Handle, _text, out sqlite3_stmt statement));
        for (int i = 0; i < _places.Length; i++)
        {
            _places[i] = raw.sqlite3_bind_parameter_index(statement, $"${i}");
        }

        _rows = new(_connection, statement);
        return _statement = statement;
    }

    private void Check(int result) => SqliteException.ThrowExceptionForRC(result, _connection.Handle);
}
