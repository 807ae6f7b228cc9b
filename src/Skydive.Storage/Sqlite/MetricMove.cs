using Microsoft.Data.Sqlite;
using Skydive.Contracts.Metadata;
using Skydive.Storage.Encoding;
using Skydive.Storage.Metrics;

namespace Skydive.Storage.Sqlite;

/// <summary>
/// Chunks of samples on their way to blocks of one series each. The writer takes some series at a time, so that other writes come in between,
/// and notes in <c>metric_move</c> how far it got: what is noted is read from the blocks, the rest from the chunks. Found again after a
/// restart, it goes on from there.
/// </summary>
internal sealed class MetricMove
{
    /// <summary>How long samples wait for others of their series: in an hour, 120 come of an interface that is asked every 30 s.</summary>
    private static readonly TimeSpan s_wait = TimeSpan.FromHours(1);

    /// <summary>So many do not wait, and are enough for one move, which holds them in memory.</summary>
    private const long ManySamples = 500_000;

    /// <summary>How many blocks one step writes, so that it takes the writer some milliseconds.</summary>
    private const int BlocksPerStep = 400;

    private readonly List<(MetricSeries Series, int Order, MetricChunkReader Chunk, MetricChunkEntry Entry)> _entries;
    private int _next;

    private MetricMove(long lastChunk, long storedAt, List<(MetricSeries Series, int Order, MetricChunkReader Chunk, MetricChunkEntry Entry)> entries)
    {
        LastChunk = lastChunk;
        StoredAt = storedAt;
        _entries = entries;
    }

    /// <summary>The newest chunk that is moved; all that are older are moved with it.</summary>
    public long LastChunk { get; }

    /// <summary>When the newest of them was stored.</summary>
    public long StoredAt { get; }

    /// <summary>Whether all blocks were taken.</summary>
    public bool IsComplete => _next == _entries.Count;

    /// <summary>Reads what is to be moved.</summary>
    /// <param name="connection">Where to read, outside of a transaction.</param>
    /// <param name="now">The time, in milliseconds since 1970-01-01 UTC.</param>
    /// <param name="spread">How far arrivals may be apart to be moved together, in milliseconds: a block is forgotten as a whole.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Null when it is not yet time.</returns>
    /// <exception cref="InvalidDataException">A chunk makes no sense.</exception>
    public static MetricMove? Prepare(SqliteConnection connection, long now, long spread, CancellationToken cancellationToken)
    {
        SqliteConnections.Execute(connection, "BEGIN");
        try
        {
            var begun = ReadProgress(connection);
            long? lastChunk = begun?.LastChunk ?? FindLast(connection, now, spread);
            return lastChunk is { } last ? Read(connection, last, begun?.Series, cancellationToken) : null;
        }
        finally
        {
            SqliteConnections.Execute(connection, "COMMIT");
        }
    }

    /// <summary>How far a move got.</summary>
    /// <param name="connection">Where to read.</param>
    /// <returns>The newest chunk and the last series that was moved; null when there is no move.</returns>
    public static (long LastChunk, MetricSeries Series)? ReadProgress(SqliteConnection connection)
    {
        using var progress = new Statement(connection, "SELECT last_chunk, path, element FROM metric_move");
        using var reader = progress.Query();
        return reader.Read() ? (reader.GetNumber(0), new(reader.GetText(1), reader.GetText(2))) : null;
    }

    /// <summary>The blocks of the next step.</summary>
    /// <exception cref="InvalidDataException">A chunk makes no sense.</exception>
    public IReadOnlyList<MetricBlockRow> TakeBlocks()
    {
        var blocks = new List<MetricBlockRow>();
        var writer = new ByteWriter();
        var samples = new List<MetadataMap>();
        while (_next < _entries.Count && blocks.Count < BlocksPerStep)
        {
            var series = _entries[_next].Series;
            samples.Clear();
            for (; _next < _entries.Count && _entries[_next].Series == series; _next++)
            {
                samples.AddRange(_entries[_next].Chunk.ReadSamples(_entries[_next].Entry));
            }

            var ordered = MetricCollector.Order(samples);
            for (int start = 0; start < ordered.Count; start += MetricBlock.MaximumSamples)
            {
                blocks.Add(Encode(series, ordered.GetRange(start, Math.Min(MetricBlock.MaximumSamples, ordered.Count - start)), writer));
            }
        }

        return blocks;
    }

    private static MetricBlockRow Encode(MetricSeries series, List<MetadataMap> samples, ByteWriter writer)
    {
        writer.Clear();
        string[] names = MetricBlock.Write(writer, System.Runtime.InteropServices.CollectionsMarshal.AsSpan(samples));
        var (first, last) = MetricWriter.GetTimes(samples);
        return new(series, first, last, samples.Count, names, writer.Written.ToArray());
    }

    /// <summary>The newest chunk that it is time to move.</summary>
    private static long? FindLast(SqliteConnection connection, long now, long spread)
    {
        using var chunks = new Statement(connection, "SELECT number, stored_at, samples FROM metric_chunk ORDER BY number");
        using var reader = chunks.Query();
        long? last = null;
        long samples = 0, oldest = long.MaxValue;
        while (samples < ManySamples && reader.Read() && (last is null || reader.GetNumber(1) - oldest <= spread))
        {
            last = reader.GetNumber(0);
            oldest = Math.Min(oldest, reader.GetNumber(1));
            samples += Math.Max(0, reader.GetNumber(2));
        }

        return last is not null && (now - oldest >= s_wait.TotalMilliseconds || samples >= ManySamples) ? last : null;
    }

    private static MetricMove Read(SqliteConnection connection, long lastChunk, MetricSeries? movedUpTo, CancellationToken cancellationToken)
    {
        var entries = new List<(MetricSeries Series, int Order, MetricChunkReader Chunk, MetricChunkEntry Entry)>();
        long storedAt = long.MinValue;
        using var chunks = new Statement(connection, "SELECT number, stored_at, data FROM metric_chunk WHERE number <= $0 ORDER BY number", 1);
        using var reader = chunks.Query(lastChunk);
        while (reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            storedAt = Math.Max(storedAt, reader.GetNumber(1));
            var chunk = new MetricChunkReader(reader.GetBytes(2));
            foreach (var entry in chunk.ReadDirectory())
            {
                var series = new MetricSeries(entry.Path, entry.Element.Id);
                if (movedUpTo is not { } moved || series.CompareTo(moved) > 0)
                {
                    entries.Add((series, entries.Count, chunk, entry));
                }
            }
        }

        entries.Sort(static (left, right) => left.Series.CompareTo(right.Series) is not 0 and var order ? order : left.Order.CompareTo(right.Order));
        return new(lastChunk, storedAt, entries);
    }
}
