using Microsoft.Data.Sqlite;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Storage.Encoding;
using Skydive.Storage.Metrics;
using SQLitePCL;

namespace Skydive.Storage.Sqlite;

/// <summary>Writes metric samples. Belongs to the writer's thread, except for <see cref="Encode"/>.</summary>
internal sealed class MetricWriter(SqliteConnection connection, IMetadataKeys keys) : IDisposable
{
    /// <summary>How many samples a chunk takes.</summary>
    public const int MaximumSamples = 65_536;

    private readonly ByteWriter _writer = new();

    private readonly Statement _add = new(connection, "INSERT INTO metric_chunk (first, last, stored_at, samples, data) VALUES ($0, $1, $2, $3, $4)", 5);

    private readonly Statement _count = new(connection, "SELECT count(*) FROM metric_chunk WHERE number BETWEEN $0 AND $1", 2);

    private readonly Statement _delete = new(connection, "DELETE FROM metric_chunk WHERE number BETWEEN $0 AND $1", 2);

    private readonly Statement _replace =
        new(connection, "INSERT INTO metric_chunk (number, first, last, stored_at, samples, data) VALUES ($0, $1, $2, $3, $4, $5)", 6);

    private readonly Statement _findSeries = new(connection, "SELECT number FROM metric_series WHERE path = $0 AND element = $1", 2);

    private readonly Statement _addSeries = new(connection, "INSERT INTO metric_series (path, element) VALUES ($0, $1)", 2);

    private readonly Statement _addBlock =
        new(connection, "INSERT INTO metric_block (series, first, last, length, stored_at, samples, data) VALUES ($0, $1, $2, $3, $4, $5, $6)", 7);

    private readonly Statement _forgetProgress = new(connection, "DELETE FROM metric_move");

    private readonly Statement _noteProgress = new(connection, "INSERT INTO metric_move (last_chunk, path, element) VALUES ($0, $1, $2)", 3);

    /// <summary>Encodes samples, in the caller's thread: the writer has enough to do.</summary>
    /// <param name="samples">The samples.</param>
    public static IReadOnlyList<MetricChunkRow> Encode(IReadOnlyList<MetricSample> samples)
    {
        var chunks = new List<MetricChunkRow>((samples.Count / MaximumSamples) + 1);
        for (int start = 0; start < samples.Count; start += MaximumSamples)
        {
            int count = Math.Min(MaximumSamples, samples.Count - start);
            var part = count == samples.Count ? samples : samples.Skip(start).Take(count).ToArray();
            var (first, last) = GetTimes(part.Select(static sample => sample.Values));
            chunks.Add(new(first, last, count, MetricChunkWriter.Write(part)));
        }

        return chunks;
    }

    /// <summary>The smallest Start of samples, and the largest Last or Start.</summary>
    /// <param name="samples">The samples; one at least.</param>
    public static (long First, long Last) GetTimes(IEnumerable<MetadataMap> samples)
    {
        long first = long.MaxValue, last = long.MinValue;
        foreach (var sample in samples)
        {
            long start = TimeOf(sample, "Start");
            first = Math.Min(first, start);
            last = Math.Max(last, Math.Max(start, TimeOf(sample, "Last")));
        }

        return (first, last);
    }

    /// <summary>Adds chunks.</summary>
    /// <param name="chunks">The chunks.</param>
    /// <param name="storedAt">The time, in milliseconds since 1970-01-01 UTC.</param>
    public void Add(IReadOnlyList<MetricChunkRow> chunks, long storedAt)
    {
        foreach (var chunk in chunks)
        {
            _add.Run(chunk.First, chunk.Last, storedAt, (long)chunk.Samples, chunk.Data);
        }
    }

    /// <summary>Puts one chunk in the place of several.</summary>
    /// <param name="merge">Which.</param>
    /// <returns>False when they are not all there any more; nothing was done then.</returns>
    public bool Replace(MetricMerge merge)
    {
        if (_count.QueryNumber(merge.FirstNumber, merge.LastNumber) != merge.Count)
        {
            return false;
        }

        _delete.Run(merge.FirstNumber, merge.LastNumber);
        _replace.Run(merge.LastNumber, merge.Chunk.First, merge.Chunk.Last, merge.StoredAt, (long)merge.Chunk.Samples, merge.Chunk.Data);
        return true;
    }

    /// <summary>Writes blocks of a move, and notes how far it got.</summary>
    /// <param name="blocks">The blocks.</param>
    /// <param name="move">The move.</param>
    /// <param name="isLast">Whether these are the last of it, so that the chunks can go.</param>
    public bool Move(IReadOnlyList<MetricBlockRow> blocks, MetricMove move, bool isLast)
    {
        foreach (var block in blocks)
        {
            _addBlock.Run(
                NumberOf(block.Series), block.First, block.Last, (long)LengthClass.Of(block.First, block.Last), move.StoredAt, (long)block.Samples, Join(block));
        }

        _forgetProgress.Run();
        if (isLast)
        {
            _delete.Run(long.MinValue, move.LastChunk);
        }
        else
        {
            _noteProgress.Run(move.LastChunk, blocks[^1].Series.Path, blocks[^1].Series.ElementId);
        }

        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in (Statement[])[_add, _count, _delete, _replace, _findSeries, _addSeries, _addBlock, _forgetProgress, _noteProgress])
        {
            statement.Dispose();
        }
    }

    private static long TimeOf(MetadataMap sample, string name) => sample[name].TryGetInteger(out long time) ? time : 0;

    private long NumberOf(MetricSeries series)
    {
        if (_findSeries.QueryNumber(series.Path, series.ElementId) is { } number)
        {
            return number;
        }

        _addSeries.Run(series.Path, series.ElementId);
        return raw.sqlite3_last_insert_rowid(connection.Handle);
    }

    /// <summary>The names of the counters, as the numbers of metadata keys, in front of the values.</summary>
    private byte[] Join(MetricBlockRow block)
    {
        _writer.Clear();
        _writer.WriteVarint((ulong)block.Names.Length);
        foreach (string name in block.Names)
        {
            int number = keys.GetOrAdd(name);
            _writer.WriteVarint((ulong)number);
            if (number == 0)
            {
                _writer.WriteText(name);
            }
        }

        _writer.WriteBytes(block.Data);
        return _writer.Written.ToArray();
    }
}
