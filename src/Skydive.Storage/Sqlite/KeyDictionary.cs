using Microsoft.Data.Sqlite;
using Skydive.Storage.Encoding;

namespace Skydive.Storage.Sqlite;

/// <summary>
/// The metadata keys of a database and their numbers. New keys become part of the transaction of the writer; readers of other threads see
/// numbers of committed rows only, and those are here before the commit.
/// </summary>
internal sealed class KeyDictionary : IMetadataKeys, IDisposable
{
    /// <summary>How many keys get a number: labels may be of any number, and what is here stays in memory and file for ever.</summary>
    internal const int MaximumCount = 32_768;

    private const int MaximumLength = 64;

    private readonly SqliteConnection _connection;
    private readonly Statement _insert;
    private readonly Dictionary<string, int> _numbers = new(StringComparer.Ordinal);

    // Index is number - 1. Replaced when it grows; slots beyond the count are null.
    private volatile string?[] _texts = new string?[256];
    private int _committed;

    /// <summary>Reads the keys.</summary>
    /// <param name="connection">The writing connection.</param>
    public KeyDictionary(SqliteConnection connection)
    {
        _connection = connection;
        _insert = new(connection, "INSERT INTO metadata_key (number, text) VALUES ($0, $1)", 2);
        using var all = new Statement(_connection, "SELECT number, text FROM metadata_key ORDER BY number");
        using var reader = all.Query();
        while (reader.Read())
        {
            string text = reader.GetText(1);
            if (reader.GetNumber(0) != _numbers.Count + 1 || text.Contains('.', StringComparison.Ordinal) || _numbers.ContainsKey(text))
            {
                throw new InvalidDataException($"metadata key {_numbers.Count + 1} is missing or no key");
            }

            Add(text);
        }

        Commit();
    }

    /// <inheritdoc/>
    public int GetOrAdd(string key)
    {
        if (_numbers.TryGetValue(key, out int number))
        {
            return number;
        }

        if (_numbers.Count >= MaximumCount || key.Length > MaximumLength || key.AsSpan().ContainsAnyInRange('\uD800', '\uDFFF') || key.Contains('\0', StringComparison.Ordinal))
        {
            return 0;
        }

        _insert.Run((long)_numbers.Count + 1, key);
        return Add(key);
    }

    /// <inheritdoc/>
    public string? Find(uint number)
    {
        string?[] texts = _texts;
        return number - 1 < texts.Length ? texts[number - 1] : null;
    }

    /// <summary>The writer's transaction was committed.</summary>
    public void Commit() => _committed = _numbers.Count;

    /// <summary>The writer's transaction was rolled back, and with it the keys that were new.</summary>
    public void Rollback()
    {
        for (int i = _committed; i < _texts.Length && _texts[i] is { } text; i++)
        {
            _numbers.Remove(text);
            _texts[i] = null;
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _insert.Dispose();

    private int Add(string key)
    {
        int index = _numbers.Count;
        string?[] texts = _texts;
        if (index == texts.Length)
        {
            Array.Resize(ref texts, index * 2);
        }

        // Interned, so that keys that code names are one object with those read here.
        texts[index] = string.IsInterned(key) ?? key;
        _texts = texts;
        _numbers[key] = index + 1;
        return index + 1;
    }
}
