using Microsoft.Data.Sqlite;

namespace Skydive.Storage.Sqlite;

/// <summary>
/// A prepared statement that is run many times. Parameters are named $0, $1 … in the text. Not for use by several threads at once.
/// </summary>
internal sealed class Statement : IDisposable
{
    private readonly SqliteCommand _command;
    private readonly SqliteParameter[] _parameters;

    /// <summary>Prepares.</summary>
    /// <param name="connection">Where it runs.</param>
    /// <param name="text">The SQL.</param>
    /// <param name="parameterCount">How many parameters it has.</param>
    public Statement(SqliteConnection connection, string text, int parameterCount = 0)
    {
        _command = connection.CreateCommand();
        _command.CommandText = text;
        _parameters = new SqliteParameter[parameterCount];
        for (int i = 0; i < parameterCount; i++)
        {
            _parameters[i] = _command.CreateParameter();
            _parameters[i].ParameterName = $"${i}";
            _command.Parameters.Add(_parameters[i]);
        }
    }

    /// <summary>Runs for its effect.</summary>
    /// <param name="values">The parameters; null is NULL.</param>
    /// <returns>How many rows it changed.</returns>
    public int Run(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteNonQuery();
    }

    /// <summary>Runs for its rows. One reader at a time.</summary>
    /// <param name="values">The parameters; null is NULL.</param>
    public SqliteDataReader Query(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteReader();
    }

    /// <summary>Runs for the number in its first row and column; null when there is no row or it is NULL.</summary>
    /// <param name="values">The parameters; null is NULL.</param>
    public long? QueryNumber(params ReadOnlySpan<object?> values)
    {
        Bind(values);
        return _command.ExecuteScalar() as long?;
    }

    /// <inheritdoc/>
    public void Dispose() => _command.Dispose();

    private void Bind(ReadOnlySpan<object?> values)
    {
        for (int i = 0; i < values.Length; i++)
        {
            _parameters[i].Value = values[i] ?? DBNull.Value;
        }
    }
}
