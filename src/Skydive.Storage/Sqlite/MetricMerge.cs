using Microsoft.Data.Sqlite;
using Skydive.Contracts.Metrics;
using Skydive.Storage.Metrics;

namespace Skydive.Storage.Sqlite;

/// <summary>Small chunks of metric samples, put together: agents send theirs every few seconds, and a search looks into every chunk.</summary>
/// <param name="FirstNumber">The first chunk.</param>
/// <param name="LastNumber">The last chunk; all between them belong to it.</param>
/// <param name="Count">How many they are.</param>
/// <param name="StoredAt">When the newest of them was stored.</param>
/// <param name="Chunk">All their samples.</param>
internal sealed record MetricMerge(long FirstNumber, long LastNumber, int Count, long StoredAt, MetricChunkRow Chunk)
{
    private const int SmallSamples = 8192;

    /// <summary>With fewer it is not worth to write them anew: each sample is written some times at most.</summary>
    private const int MinimumCount = 16;

    /// <summary>Finds the first chunks that are worth to be put together, and does so.</summary>
    /// <param name="connection">Where to read, outside of a transaction.</param>
    /// <param name="after">Where to look: chunks with larger numbers.</param>
    /// <param name="spread">How far the arrivals of one chunk may be apart, in milliseconds: it is forgotten as a whole.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when there are none.</returns>
    /// <exception cref="InvalidDataException">A chunk makes no sense.</exception>
    public static MetricMerge? Prepare(SqliteConnection connection, long after, long spread, CancellationToken cancellationToken)
    {
        SqliteConnections.Execute(connection, "BEGIN");
        try
        {
            // What is being moved stays as it is.
            after = Math.Max(after, MetricMove.ReadProgress(connection)?.LastChunk ?? long.MinValue);
            return FindRun(connection, after, spread) is { } run ? Read(connection, run.First, run.Last, cancellationToken) : null;
        }
        finally
        {
            SqliteConnections.Execute(connection, "COMMIT");
        }
    }

    private static (long First, long Last)? FindRun(SqliteConnection connection, long after, long spread)
    {
        using var chunks = new Statement(connection, "SELECT number, samples, stored_at FROM metric_chunk WHERE number > $0 ORDER BY number", 1);
        using var reader = chunks.Query(after);
        long first = 0, last = 0, samples = 0, oldest = 0;
        int count = 0;
        while (reader.Read())
        {
            long added = Math.Max(0, reader.GetNumber(1)), storedAt = reader.GetNumber(2);
            if (added >= SmallSamples || samples + added > MetricWriter.MaximumSamples || (count > 0 && storedAt - oldest > spread))
            {
                if (count >= MinimumCount)
                {
                    break;
                }

                (count, samples) = (0, 0);
                if (added >= SmallSamples)
                {
                    continue;
                }
            }

            first = count == 0 ? reader.GetNumber(0) : first;
            oldest = count == 0 ? storedAt : oldest;
            last = reader.GetNumber(0);
            samples += added;
            count++;
        }

        return count >= MinimumCount ? (first, last) : null;
    }

    private static MetricMerge Read(SqliteConnection connection, long first, long last, CancellationToken cancellationToken)
    {
        using var chunks = new Statement(connection, "SELECT data, stored_at FROM metric_chunk WHERE number BETWEEN $0 AND $1 ORDER BY number", 2);
        using var reader = chunks.Query(first, last);
        var samples = new List<MetricSample>();
        long storedAt = long.MinValue;
        int count = 0;
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            var chunk = new MetricChunkReader(reader.GetBytes(0));
            foreach (var entry in chunk.ReadDirectory())
            {
                string id = entry.Element.Id;
                foreach (var values in chunk.ReadSamples(entry))
                {
                    samples.Add(new(id, entry.Path, values));
                }
            }

            storedAt = Math.Max(storedAt, reader.GetNumber(1));
            count++;
        }

        // One chunk comes of it, unless the numbers of samples are not true.
        return MetricWriter.Encode(samples) is [var merged]
            ? new(first, last, count, storedAt, merged)
            : throw new InvalidDataException($"metric chunks {first} to {last} have {samples.Count} samples, which is not what is said of them");
    }
}
