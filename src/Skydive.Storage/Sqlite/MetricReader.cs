using System.Globalization;
using Microsoft.Data.Sqlite;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;
using Skydive.Storage.Encoding;
using Skydive.Storage.Metrics;

namespace Skydive.Storage.Sqlite;

/// <summary>Reads metric samples in one consistent state of the database.</summary>
internal sealed class MetricReader : IDisposable
{
    /// <summary>What is in chunks came after all that is in blocks.</summary>
    private const long FirstChunkOrder = 1L << 62;

    private readonly SqliteConnection _connection;
    private readonly IMetadataKeys _keys;
    private readonly MetricSearch _search;
    private readonly TimeSlice _slice;
    private readonly MetricCollector _collector;
    private readonly TextCache _texts = new();
    private readonly CancellationToken _cancellationToken;

    private MetricReader(SqliteConnection connection, IMetadataKeys keys, MetricSearch search, HistoryStoreOptions options, CancellationToken cancellationToken)
    {
        _connection = connection;
        _keys = keys;
        _search = search;
        _slice = search.Slice;
        _collector = new(search, options);
        _cancellationToken = cancellationToken;
        SqliteConnections.Execute(connection, "BEGIN");
    }

    /// <summary>Finds samples.</summary>
    /// <param name="connection">Where to read, outside of a transaction.</param>
    /// <param name="keys">The names of counters.</param>
    /// <param name="search">What is asked for.</param>
    /// <param name="options">The limits.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">A row makes no sense.</exception>
    public static IReadOnlyList<MetricSample> Search(
        SqliteConnection connection, IMetadataKeys keys, MetricSearch search, HistoryStoreOptions options, CancellationToken cancellationToken)
    {
        using var reader = new MetricReader(connection, keys, search, options, cancellationToken);
        reader.ReadBlocks();
        reader.ReadChunks();
        return reader._collector.Finish();
    }

    /// <summary>Every sample of a span, one after the other: those of blocks, series by series, then those that came last.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="keys">The names of counters.</param>
    /// <param name="slice">The span.</param>
    /// <exception cref="InvalidDataException">A row makes no sense.</exception>
    public static IEnumerable<MetricSample> ReadAll(SqliteConnection connection, IMetadataKeys keys, TimeSlice slice)
    {
        var texts = new TextCache();
        using (var blocks = new Statement(
            connection,
            "SELECT s.path, s.element, b.data FROM metric_block b NOT INDEXED JOIN metric_series s ON s.number = b.series WHERE b.first <= $0 AND b.last >= $1 ORDER BY b.number",
            2))
        using (var reader = blocks.Query(slice.Last, slice.Start))
        {
            while (reader.Read())
            {
                string path = reader.GetText(0), element = reader.GetText(1);
                foreach (var values in ReadBlock(reader.GetSpan(2), keys, texts))
                {
                    if (IsIn(values, slice))
                    {
                        yield return new(element, path, values);
                    }
                }
            }
        }

        var moved = MetricMove.ReadProgress(connection);
        using var chunks = new Statement(connection, "SELECT number, data FROM metric_chunk WHERE first <= $0 AND last >= $1 ORDER BY number", 2);
        using var chunkReader = chunks.Query(slice.Last, slice.Start);
        while (chunkReader.Read())
        {
            var chunk = new MetricChunkReader(chunkReader.GetBytes(1));
            bool isBeingMoved = chunkReader.GetNumber(0) <= moved?.LastChunk;
            foreach (var entry in chunk.ReadDirectory())
            {
                string id = entry.Element.Id;
                if (isBeingMoved && new MetricSeries(entry.Path, id).CompareTo(moved!.Value.Series) <= 0)
                {
                    continue;
                }

                foreach (var values in chunk.ReadSamples(entry))
                {
                    if (IsIn(values, slice))
                    {
                        yield return new(id, entry.Path, values);
                    }
                }
            }
        }
    }

    /// <summary>Reads everything and says what cannot be understood.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="keys">The names of counters.</param>
    /// <param name="faults">Where the faults go.</param>
    /// <param name="maximumFaults">How many are enough.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static void Check(SqliteConnection connection, IMetadataKeys keys, List<string> faults, int maximumFaults, CancellationToken cancellationToken)
    {
        var texts = new TextCache();
        Check(
            connection,
            "SELECT b.number, b.samples, b.first, b.last, b.length, b.data, s.number FROM metric_block b LEFT JOIN metric_series s ON s.number = b.series",
            "block",
            reader => reader.IsNull(6) ? throw new InvalidDataException("its series is missing") : ReadBlock(reader.GetSpan(5), keys, texts),
            faults,
            maximumFaults,
            cancellationToken);
        Check(connection, "SELECT number, samples, first, last, NULL, data FROM metric_chunk", "chunk", ReadChunk, faults, maximumFaults, cancellationToken);

        static IReadOnlyList<MetadataMap> ReadChunk(StatementRows reader)
        {
            var chunk = new MetricChunkReader(reader.GetBytes(5));
            return [.. chunk.ReadDirectory().SelectMany(entry => chunk.ReadSamples(entry))];
        }
    }

    /// <inheritdoc/>
    public void Dispose() => SqliteConnections.Execute(_connection, "COMMIT");

    private static bool IsIn(MetadataMap values, TimeSlice slice)
    {
        var (start, last) = MetricWriter.GetTimes([values]);
        return start <= slice.Last && last >= slice.Start;
    }

    private static void Check(
        SqliteConnection connection,
        string query,
        string kind,
        Func<StatementRows, IReadOnlyList<MetadataMap>> read,
        List<string> faults,
        int maximumFaults,
        CancellationToken cancellationToken)
    {
        using var all = new Statement(connection, query);
        using var reader = all.Query();
        while (faults.Count < maximumFaults && reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                var samples = read(reader);
                if (samples.Count != reader.GetNumber(1))
                {
                    throw new InvalidDataException($"it has {samples.Count} samples instead of {reader.GetNumber(1)}");
                }

                var (first, last) = samples.Count > 0 ? MetricWriter.GetTimes(samples) : default;
                if (samples.Count > 0 && ((first, last) != (reader.GetNumber(2), reader.GetNumber(3)) || (reader.GetNumberOrNull(4) ?? LengthClass.Of(first, last)) != LengthClass.Of(first, last)))
                {
                    throw new InvalidDataException("its samples are of another time than is said of it");
                }
            }
            catch (InvalidDataException e)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"metric {kind} {reader.GetNumber(0)} cannot be read: {e.Message}"));
            }
        }
    }

    private static MetadataMap[] ReadBlock(ReadOnlySpan<byte> data, IMetadataKeys keys, TextCache texts)
    {
        var reader = new ByteReader(data);
        string[] names = new string[reader.ReadCount()];
        for (int i = 0; i < names.Length; i++)
        {
            ulong number = reader.ReadVarint();
            names[i] = number == 0 ? texts.Get(reader.ReadBytes(reader.ReadCount()))
                : (number <= uint.MaxValue ? keys.Find((uint)number) : null) ?? throw new InvalidDataException($"there is no metadata key {number}");
            if (names[i].Contains('.', StringComparison.Ordinal))
            {
                throw new InvalidDataException($"'{names[i]}' is no metadata key");
            }
        }

        return MetricBlock.Read(reader, names);
    }

    private void ReadBlocks()
    {
        if (_slice.IsPoint)
        {
            ReadBlocksOfPoint();
        }
        else if (_search.ElementIds is null)
        {
            using var blocks = new Statement(
                _connection,
                "SELECT b.number, b.data, s.element FROM metric_block b INDEXED BY metric_block_time JOIN metric_series s ON s.number = b.series "
                + "WHERE b.length = $0 AND b.first BETWEEN $1 AND $2 AND b.last >= $3 AND s.path = $4",
                5);
            foreach (int lengthClass in FindLengthClasses())
            {
                _cancellationToken.ThrowIfCancellationRequested();
                using var reader = blocks.Query((long)lengthClass, LengthClass.EarliestBegin(lengthClass, _slice.Start), _slice.Last, _slice.Start, _search.Path);
                while (reader.Read())
                {
                    Collect(reader.GetText(2), reader.GetNumber(0), ReadBlock(reader.GetSpan(1), _keys, _texts));
                }
            }
        }
        else
        {
            using var blocks = new Statement(
                _connection,
                "SELECT number, data FROM metric_block INDEXED BY metric_block_series WHERE series = $0 AND length = $1 AND first BETWEEN $2 AND $3 AND last >= $4",
                5);
            var classes = FindLengthClasses();
            foreach (var (series, element) in FindSeries())
            {
                _cancellationToken.ThrowIfCancellationRequested();
                foreach (int lengthClass in classes)
                {
                    using var reader = blocks.Query(
                        series, (long)lengthClass, LengthClass.EarliestBegin(lengthClass, _slice.Start), _slice.Last, _slice.Start);
                    while (reader.Read())
                    {
                        Collect(element, reader.GetNumber(0), ReadBlock(reader.GetSpan(1), _keys, _texts));
                    }
                }
            }
        }
    }

    private void ReadBlocksOfPoint()
    {
        using var blocks = new Statement(
            _connection,
            "SELECT first, data, number FROM metric_block INDEXED BY metric_block_series WHERE series = $0 AND length = $1 AND first <= $2 ORDER BY first DESC",
            3);
        var classes = FindLengthClasses();
        foreach (var (series, element) in FindSeries())
        {
            _cancellationToken.ThrowIfCancellationRequested();
            foreach (int lengthClass in classes)
            {
                long span = LengthClass.LongestSpan(lengthClass);
                using var reader = blocks.Query(series, (long)lengthClass, _slice.Start);
                while (reader.Read())
                {
                    // No sample of what begins so long before can have begun later than the one that was found.
                    if (_collector.NewestStart(element) is { } newest && newest > 0 && reader.GetNumber(0) < newest - span)
                    {
                        break;
                    }

                    Collect(element, reader.GetNumber(2), ReadBlock(reader.GetSpan(1), _keys, _texts));
                }
            }
        }
    }

    private void ReadChunks()
    {
        var elements = _search.ElementIds?.Select(MetricElement.Of).ToHashSet();
        var moved = MetricMove.ReadProgress(_connection);
        using var chunks = new Statement(_connection, "SELECT number, data FROM metric_chunk WHERE first <= $0 AND last >= $1 ORDER BY number", 2);
        using var reader = chunks.Query(_slice.Last, _slice.IsPoint ? long.MinValue : _slice.Start);
        while (reader.Read())
        {
            _cancellationToken.ThrowIfCancellationRequested();
            var chunk = new MetricChunkReader(reader.GetBytes(1));
            bool isBeingMoved = reader.GetNumber(0) <= moved?.LastChunk;
            foreach (var entry in chunk.ReadDirectory())
            {
                if (string.Equals(entry.Path, _search.Path, StringComparison.Ordinal) && elements?.Contains(entry.Element) != false)
                {
                    string id = entry.Element.Id;
                    if (!isBeingMoved || new MetricSeries(entry.Path, id).CompareTo(moved!.Value.Series) > 0)
                    {
                        Collect(id, FirstChunkOrder + reader.GetNumber(0), chunk.ReadSamples(entry));
                    }
                }
            }
        }
    }

    private void Collect(string element, long order, MetadataMap[] samples)
    {
        foreach (var values in samples)
        {
            _collector.Add(new(element, _search.Path, values), order);
        }
    }

    /// <summary>The series of the search.</summary>
    private List<(long Number, string Element)> FindSeries()
    {
        var found = new List<(long, string)>();
        if (_search.ElementIds is not { } ids)
        {
            using var all = new Statement(_connection, "SELECT number, element FROM metric_series WHERE path = $0", 1);
            using var reader = all.Query(_search.Path);
            while (reader.Read())
            {
                found.Add((reader.GetNumber(0), reader.GetText(1)));
            }

            return found;
        }

        using var one = new Statement(_connection, "SELECT number FROM metric_series WHERE path = $0 AND element = $1", 2);
        foreach (string id in ids.Distinct(StringComparer.Ordinal))
        {
            if (one.QueryNumber(_search.Path, id) is { } number)
            {
                found.Add((number, id));
            }
        }

        return found;
    }

    /// <summary>The classes of length that there are, mostly one or two.</summary>
    private List<int> FindLengthClasses()
    {
        var classes = new List<int>();
        using var next = new Statement(_connection, "SELECT min(length) FROM metric_block INDEXED BY metric_block_time WHERE length > $0", 1);
        for (long lengthClass = -1; next.QueryNumber(lengthClass) is { } found; lengthClass = found)
        {
            if (found is >= 0 and < LengthClass.Open)
            {
                classes.Add((int)found);
            }
        }

        return classes;
    }
}
