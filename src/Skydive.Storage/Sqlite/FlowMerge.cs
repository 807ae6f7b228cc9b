using Microsoft.Data.Sqlite;
using Skydive.Contracts.Flows;
using Skydive.Flows.Encoding;

namespace Skydive.Storage.Sqlite;

/// <summary>
/// Small chunks that follow each other, put together. Agents send what changed every few seconds, and a chunk of ten flows takes many times
/// the space and the time to read of ten flows in a chunk of thousands.
/// </summary>
/// <param name="FirstNumber">The first chunk.</param>
/// <param name="LastNumber">The last chunk; no other lies between them.</param>
/// <param name="Count">How many they are.</param>
/// <param name="StoredAt">When the newest of them was stored, in milliseconds since 1970-01-01 UTC.</param>
/// <param name="Chunk">All their flows, in order.</param>
internal sealed record FlowMerge(long FirstNumber, long LastNumber, int Count, long StoredAt, FlowChunkRow Chunk)
{
    // As in the index flow_chunk_small.
    private const int SmallRecords = 2500;

    /// <summary>With fewer chunks, of fewer flows, it is not worth to write them anew: each flow is written some times at most.</summary>
    private const int MinimumCount = 16;

    private const int MaximumCount = 1000;

    /// <summary>Finds the first chunks that are worth to be put together, and does so.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="after">Where to look: chunks with larger numbers.</param>
    /// <param name="spread">How far the arrivals of one chunk may be apart, in milliseconds: it is forgotten as a whole.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when there are none.</returns>
    /// <exception cref="FlowChunkException">A chunk makes no sense.</exception>
    public static FlowMerge? Prepare(SqliteConnection connection, long after, long spread, CancellationToken cancellationToken)
    {
        SqliteConnections.Execute(connection, "BEGIN");
        try
        {
            foreach (var run in FindRuns(connection, after, spread))
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (run.Numbers.Count >= MinimumCount || (run.Numbers.Count > 1 && run.Records >= SmallRecords))
                {
                    return Read(connection, run.Numbers);
                }
            }

            return null;
        }
        finally
        {
            SqliteConnections.Execute(connection, "COMMIT");
        }
    }

    /// <summary>Small chunks without another between them, as many as make one chunk.</summary>
    private static IEnumerable<(List<long> Numbers, long Records)> FindRuns(SqliteConnection connection, long after, long spread)
    {
        using var small = new Statement(
            connection, $"SELECT number, records, coalesce(stored_at, last) FROM flow_chunk INDEXED BY flow_chunk_small WHERE records < {SmallRecords} AND number > $0 ORDER BY number", 1);
        using var between = new Statement(connection, "SELECT 1 FROM flow_chunk WHERE number > $0 AND number < $1 LIMIT 1", 2);
        using var reader = small.Query(after);
        var numbers = new List<long>();
        long records = 0, oldest = 0;
        while (reader.Read())
        {
            long number = reader.GetNumber(0), storedAt = reader.GetNumber(2);
            long count = Math.Max(0, reader.GetNumber(1));
            if (numbers.Count > 0
                && (records + count > FlowWriter.MaximumRecords || numbers.Count == MaximumCount || storedAt - oldest > spread
                    || (number > numbers[^1] + 1 && between.QueryNumber(numbers[^1], number) is not null)))
            {
                yield return (numbers, records);
                numbers = [];
                records = 0;
            }

            oldest = numbers.Count == 0 ? storedAt : oldest;
            numbers.Add(number);
            records += count;
        }

        yield return (numbers, records);
    }

    private static FlowMerge Read(SqliteConnection connection, List<long> numbers)
    {
        using var data = new Statement(connection, "SELECT data, coalesce(stored_at, last) FROM flow_chunk WHERE number BETWEEN $0 AND $1 ORDER BY number", 2);
        using var reader = data.Query(numbers[0], numbers[^1]);
        var flows = new List<Flow>();
        long storedAt = long.MinValue;
        while (reader.Read())
        {
            flows.AddRange(FlowChunk.Decode(reader.GetBytes(0)));
            storedAt = Math.Max(storedAt, reader.GetNumber(1));
        }

        // One chunk comes of it, unless the numbers of records are not true.
        return FlowWriter.Encode(flows) is [var chunk]
            ? new(numbers[0], numbers[^1], numbers.Count, storedAt, chunk)
            : throw new InvalidDataException($"flow chunks {numbers[0]} to {numbers[^1]} have {flows.Count} flows, which is not what is said of them");
    }
}
