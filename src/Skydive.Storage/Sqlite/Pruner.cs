using Microsoft.Data.Sqlite;

namespace Skydive.Storage.Sqlite;

/// <summary>Forgets what is too old or too much, in steps of some milliseconds. Belongs to the writer's thread; a step is one transaction.</summary>
internal sealed class Pruner : IDisposable
{
    private const int RevisionsPerStep = 500;
    private const int ChunksPerStep = 16;

    private readonly SqliteConnection _connection;
    private readonly HistoryStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly Statement _oldRevisions;
    private readonly Statement _deleteRevision;
    private readonly Statement _deleteBase;
    private readonly Statement _deleteElement;
    private readonly Statement _oldChunks;
    private readonly Statement _deleteChunk;

    public Pruner(SqliteConnection connection, HistoryStoreOptions options, TimeProvider time)
    {
        _connection = connection;
        _options = options;
        _time = time;
        _oldRevisions = new(
            connection, "SELECT number, element, base FROM revision INDEXED BY revision_end WHERE valid_to IS NOT NULL AND valid_to < $0 ORDER BY valid_to LIMIT $1", 2);
        _deleteRevision = new(connection, "DELETE FROM revision WHERE number = $0", 1);
        _deleteBase = new(connection, "DELETE FROM base WHERE number = $0 AND NOT EXISTS (SELECT 1 FROM revision WHERE base = $0)", 1);
        _deleteElement = new(connection, "DELETE FROM element WHERE number = $0 AND NOT EXISTS (SELECT 1 FROM revision WHERE element = $0)", 1);
        _oldChunks = new(connection, "SELECT number, last FROM flow_chunk INDEXED BY flow_chunk_end WHERE last < $0 ORDER BY last LIMIT $1", 2);
        _deleteChunk = new(connection, "DELETE FROM flow_chunk WHERE number = $0", 1);
    }

    /// <summary>Takes a step.</summary>
    /// <returns>Whether there is more to forget now.</returns>
    public bool Step()
    {
        if (_options.MaximumAge is { } age)
        {
            long oldest = _time.GetUtcNow().ToUnixTimeMilliseconds() - (long)age.TotalMilliseconds;
            int revisions = DeleteRevisions(oldest);
            int chunks = DeleteChunks(oldest, ChunksPerStep);
            if (revisions == RevisionsPerStep || chunks == ChunksPerStep)
            {
                return true;
            }
        }

        return IsTooLarge() && ForgetOldest() && IsTooLarge();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in (Statement[])[_oldRevisions, _deleteRevision, _deleteBase, _deleteElement, _oldChunks, _deleteChunk])
        {
            statement.Dispose();
        }
    }

    private bool IsTooLarge()
    {
        if (_options.MaximumSizeBytes is not { } maximum)
        {
            return false;
        }

        long pages = SqliteConnections.GetNumber(_connection, "PRAGMA page_count") - SqliteConnections.GetNumber(_connection, "PRAGMA freelist_count");
        return pages * SqliteConnections.GetNumber(_connection, "PRAGMA page_size") > maximum;
    }

    /// <summary>Forgets what ended first, revisions and flows alike, so that both reach back about as far.</summary>
    /// <returns>Whether there was anything to forget.</returns>
    private bool ForgetOldest()
    {
        long? chunkEnd = null;
        using (var reader = _oldChunks.Query(long.MaxValue, 1L))
        {
            if (reader.Read())
            {
                chunkEnd = reader.GetNumber(1);
            }
        }

        int revisions = DeleteRevisions(chunkEnd ?? long.MaxValue);
        return revisions == RevisionsPerStep || chunkEnd is null ? revisions > 0 : DeleteChunks(long.MaxValue, 1) > 0;
    }

    private int DeleteRevisions(long endedBefore)
    {
        var rows = new List<(long Number, long Element, long Base)>(RevisionsPerStep);
        using (var reader = _oldRevisions.Query(endedBefore, (long)RevisionsPerStep))
        {
            while (reader.Read())
            {
                rows.Add((reader.GetNumber(0), reader.GetNumber(1), reader.GetNumber(2)));
            }
        }

        foreach (var (number, _, _) in rows)
        {
            _deleteRevision.Run(number);
        }

        foreach (long number in rows.Select(static row => row.Base).Distinct())
        {
            _deleteBase.Run(number);
        }

        foreach (long number in rows.Select(static row => row.Element).Distinct())
        {
            _deleteElement.Run(number);
        }

        return rows.Count;
    }

    private int DeleteChunks(long endedBefore, int count)
    {
        var numbers = new List<long>(count);
        using (var reader = _oldChunks.Query(endedBefore, (long)count))
        {
            while (reader.Read())
            {
                numbers.Add(reader.GetNumber(0));
            }
        }

        foreach (long number in numbers)
        {
            _deleteChunk.Run(number);
        }

        return numbers.Count;
    }
}
