using Microsoft.Data.Sqlite;

namespace Skydive.Storage.Sqlite;

/// <summary>Forgets what is too old or too much, in steps of some milliseconds. Belongs to the writer's thread; a step is one transaction.</summary>
internal sealed class Pruner : IDisposable
{
    private const int RevisionsPerStep = 500;
    private const int ChunksPerStep = 16;
    private const int BlocksPerStep = 200;
    private const int PacketRowsPerStep = 500;

    private readonly SqliteConnection _connection;
    private readonly HistoryStoreOptions _options;
    private readonly TimeProvider _time;
    private readonly Statement _oldRevisions;
    private readonly Statement _deleteRevision;
    private readonly Statement _deleteBase;
    private readonly Statement _deleteElement;
    private readonly Statement _oldChunks;
    private readonly Statement _deleteChunk;
    private readonly Statement _oldMetricChunks;
    private readonly Statement _deleteMetricChunk;
    private readonly Statement _oldBlocks;
    private readonly Statement _deleteBlock;
    private readonly Statement _deleteSeries;
    private readonly Statement _oldPackets;
    private readonly Statement _deletePackets;
    private readonly Statement _deleteRuns;

    public Pruner(SqliteConnection connection, HistoryStoreOptions options, TimeProvider time)
    {
        _connection = connection;
        _options = options;
        _time = time;
        _oldRevisions = new(
            connection, "SELECT number, element, base, valid_to FROM revision INDEXED BY revision_end WHERE valid_to IS NOT NULL AND valid_to < $0 ORDER BY valid_to LIMIT $1", 2);
        _deleteRevision = new(connection, "DELETE FROM revision WHERE number = $0", 1);
        _deleteBase = new(connection, "DELETE FROM base WHERE number = $0 AND NOT EXISTS (SELECT 1 FROM revision WHERE base = $0)", 1);
        _deleteElement = new(connection, "DELETE FROM element WHERE number = $0 AND NOT EXISTS (SELECT 1 FROM revision WHERE element = $0)", 1);
        _oldChunks = new(connection, "SELECT number, coalesce(stored_at, last) FROM flow_chunk INDEXED BY flow_chunk_age WHERE coalesce(stored_at, last) < $0 ORDER BY coalesce(stored_at, last) LIMIT $1", 2);
        _deleteChunk = new(connection, "DELETE FROM flow_chunk WHERE number = $0", 1);
        _oldMetricChunks = new(connection, "SELECT number, stored_at FROM metric_chunk ORDER BY number LIMIT $0", 1);
        _deleteMetricChunk = new(connection, "DELETE FROM metric_chunk WHERE number = $0", 1);
        _oldBlocks = new(connection, "SELECT number, stored_at, series FROM metric_block ORDER BY number LIMIT $0", 1);
        _deleteBlock = new(connection, "DELETE FROM metric_block WHERE number = $0", 1);
        _oldPackets = new(connection, "SELECT number, stored_at FROM raw_packets ORDER BY number LIMIT $0", 1);
        _deletePackets = new(connection, "DELETE FROM raw_packets WHERE number = $0", 1);
        _deleteRuns = new(connection, "DELETE FROM flow_run WHERE stored_at < $0", 1);
        _deleteSeries = new(connection, "DELETE FROM metric_series WHERE number = $0 AND NOT EXISTS (SELECT 1 FROM metric_block WHERE series = $0)", 1);
    }

    /// <summary>Takes a step.</summary>
    /// <returns>Whether there is more to forget now.</returns>
    public bool Step()
    {
        if (_options.MaximumAge is { } age)
        {
            long oldest = _time.GetUtcNow().ToUnixTimeMilliseconds() - (long)age.TotalMilliseconds;
            bool isMore = DeleteRevisions(oldest) == RevisionsPerStep;
            isMore |= DeleteChunks(oldest, ChunksPerStep) == ChunksPerStep;
            isMore |= DeleteMetricBlocks(oldest, BlocksPerStep) == BlocksPerStep;
            isMore |= DeleteMetricChunks(oldest, ChunksPerStep) == ChunksPerStep;
            isMore |= DeletePackets(oldest, PacketRowsPerStep) == PacketRowsPerStep;
            _deleteRuns.Run(oldest);
            if (isMore)
            {
                return true;
            }
        }

        return IsTooLarge() && ForgetOldest() && IsTooLarge();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in (Statement[])[
            _oldRevisions, _deleteRevision, _deleteBase, _deleteElement, _oldChunks, _deleteChunk, _oldMetricChunks, _deleteMetricChunk, _oldBlocks, _deleteBlock, _deleteSeries,
            _oldPackets, _deletePackets, _deleteRuns])
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

    /// <summary>Forgets what ended or came first, revisions, flows, packets and metrics alike, so that all reach back about as far.</summary>
    /// <returns>Whether there was anything to forget.</returns>
    private bool ForgetOldest()
    {
        long revisions = AgeOf(_oldRevisions.Query(long.MaxValue, 1L), 3);
        long flows = AgeOf(_oldChunks.Query(long.MaxValue, 1L), 1);
        long blocks = AgeOf(_oldBlocks.Query(1L), 1);
        long metrics = Math.Min(blocks, AgeOf(_oldMetricChunks.Query(1L), 1));
        long packets = AgeOf(_oldPackets.Query(1L), 1);
        long oldest = Math.Min(Math.Min(revisions, packets), Math.Min(flows, metrics));
        if (oldest == long.MaxValue)
        {
            return false;
        }

        // As much of one kind as is older than the others, but something always.
        if (oldest == packets)
        {
            return DeletePackets(Math.Max(oldest + 1, Math.Min(revisions, Math.Min(flows, metrics))), PacketRowsPerStep) > 0;
        }

        if (oldest == revisions)
        {
            return DeleteRevisions(Math.Max(oldest + 1, Math.Min(packets, Math.Min(flows, metrics)))) > 0;
        }

        if (oldest == flows)
        {
            return DeleteChunks(long.MaxValue, 1) > 0;
        }

        return oldest == blocks
            ? DeleteMetricBlocks(Math.Max(oldest + 1, Math.Min(revisions, flows)), BlocksPerStep) > 0
            : DeleteMetricChunks(long.MaxValue, 1) > 0;
    }

    /// <summary>How old the first row is; the largest number when there is none.</summary>
    private static long AgeOf(StatementRows reader, int ordinal)
    {
        using (reader)
        {
            return reader.Read() ? reader.GetNumber(ordinal) : long.MaxValue;
        }
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

    private int DeletePackets(long storedBefore, int count)
    {
        var numbers = new List<long>(count);
        using (var reader = _oldPackets.Query((long)count))
        {
            while (reader.Read() && reader.GetNumber(1) < storedBefore)
            {
                numbers.Add(reader.GetNumber(0));
            }
        }

        foreach (long number in numbers)
        {
            _deletePackets.Run(number);
        }

        return numbers.Count;
    }

    private int DeleteMetricChunks(long storedBefore, int count)
    {
        var numbers = new List<long>(count);
        using (var reader = _oldMetricChunks.Query((long)count))
        {
            while (reader.Read() && reader.GetNumber(1) < storedBefore)
            {
                numbers.Add(reader.GetNumber(0));
            }
        }

        foreach (long number in numbers)
        {
            _deleteMetricChunk.Run(number);
        }

        return numbers.Count;
    }

    private int DeleteMetricBlocks(long storedBefore, int count)
    {
        var rows = new List<(long Number, long Series)>(count);
        using (var reader = _oldBlocks.Query((long)count))
        {
            while (reader.Read() && reader.GetNumber(1) < storedBefore)
            {
                rows.Add((reader.GetNumber(0), reader.GetNumber(2)));
            }
        }

        foreach (var (number, _) in rows)
        {
            _deleteBlock.Run(number);
        }

        foreach (long series in rows.Select(static row => row.Series).Distinct())
        {
            _deleteSeries.Run(series);
        }

        return rows.Count;
    }
}
