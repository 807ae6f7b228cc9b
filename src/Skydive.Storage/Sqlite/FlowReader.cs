using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.Data.Sqlite;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Flows.Encoding;
using Skydive.Storage.Flows;

namespace Skydive.Storage.Sqlite;

/// <summary>Reads flows in one consistent state of the database.</summary>
internal static class FlowReader
{
    /// <summary>How many threads decode for one sum.</summary>
    private const int MaximumThreads = 4;

    private static readonly TimeSlice s_always = new(long.MinValue, long.MaxValue);

    /// <summary>Finds flows: of each, the update appended last, if that meets the conditions.</summary>
    /// <param name="connection">Where to read, outside of a transaction.</param>
    /// <param name="search">The conditions; the order and what is cut is left to the caller.</param>
    /// <param name="options">The limits.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">A chunk is missing.</exception>
    /// <exception cref="FlowChunkException">A chunk makes no sense.</exception>
    public static IReadOnlyList<Flow> Search(SqliteConnection connection, FlowSearch search, HistoryStoreOptions options, CancellationToken cancellationToken)
    {
        var collector = new FlowCollector(search, options);
        var top = FlowTop.For(search);
        var nodeTids = search.NodeTIDs?.ToHashSet(StringComparer.Ordinal);
        SqliteConnections.Execute(connection, "BEGIN");
        try
        {
            using var data = new Statement(connection, "SELECT data FROM flow_chunk WHERE number = $0", 1);
            foreach (long number in FindChunks(connection, search.Slice ?? s_always).Select(static chunk => chunk.Number).OrderDescending())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var chunk = new FlowChunkReader(ReadChunk(data, number));
                if (nodeTids is not null && !HasAny(chunk.ReadTexts(FlowColumn.NodeTid), nodeTids))
                {
                    continue;
                }

                Action<FlowChunkCursor> keep = top is null ? collector.Keep : row => top.Add(number, row);
                var row = new FlowChunkCursor(chunk);
                for (row.Row = chunk.Header.Count - 1; row.Row >= 0; row.Row--)
                {
                    collector.Add(row, keep);
                }
            }

            return top is null ? collector.Matches : [.. top.Read(number => new(ReadChunk(data, number)))];
        }
        finally
        {
            SqliteConnections.Execute(connection, "COMMIT");
        }
    }

    /// <summary>Sums over flows: of each, the update appended last, if that meets the conditions, or every one that does.</summary>
    /// <param name="connection">Where to read, outside of a transaction.</param>
    /// <param name="sum">What is asked for.</param>
    /// <param name="options">The limits.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">A chunk is missing.</exception>
    /// <exception cref="FlowChunkException">A chunk makes no sense.</exception>
    public static IReadOnlyList<FlowSum> Sum(SqliteConnection connection, FlowSumSearch sum, HistoryStoreOptions options, CancellationToken cancellationToken)
    {
        var sums = new FlowSums(sum.Fields.Count);
        var except = sum.Except?.ToHashSet(StringComparer.Ordinal);
        bool isStable = FlowFilters.IsStable(sum.Search.Filter);
        var slice = sum.Search.Slice ?? s_always;
        SqliteConnections.Execute(connection, "BEGIN");
        try
        {
            var chunks = FindChunks(connection, slice);
            var met = sum.Search.EveryUpdate ? null : new FlowUuidSet();
            met?.Reserve((int)Math.Min(chunks.Sum(static chunk => Math.Clamp(chunk.Records, 0, FlowChunk.MaxCount)), options.MaximumFlowsPerSearch));
            foreach (var part in Decode(OpenChunks(connection, chunks, sum, slice), sum, cancellationToken))
            {
                part.AddTo(sums, met, except, isStable);

                // Sixteen bytes here against a thousand of a flow that is kept.
                AnswerLimits.CheckFlows((met?.Count ?? 0) / 16, options);
            }
        }
        finally
        {
            SqliteConnections.Execute(connection, "COMMIT");
        }

        return sums.Finish();
    }

    /// <summary>Reads every chunk and says which cannot be understood.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="faults">Where the faults go.</param>
    /// <param name="maximumFaults">How many are enough.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static void Check(SqliteConnection connection, List<string> faults, int maximumFaults, CancellationToken cancellationToken)
    {
        using var all = new Statement(connection, "SELECT number, records, data FROM flow_chunk");
        using var reader = all.Query();
        while (faults.Count < maximumFaults && reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                int count = FlowChunk.Decode(reader.GetBytes(2)).Length;
                if (count != reader.GetNumber(1))
                {
                    throw new FlowChunkException($"it has {count} flows instead of {reader.GetNumber(1)}");
                }
            }
            catch (FlowChunkException e)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"flow chunk {reader.GetNumber(0)} cannot be read: {e.Message}"));
            }
        }
    }

    /// <summary>Decoded by several threads, given in order.</summary>
    private static IEnumerable<FlowSumPart> Decode(
        IEnumerable<(FlowChunkReader Chunk, bool IsInside)> chunks, FlowSumSearch sum, CancellationToken cancellationToken) =>
        Partitioner.Create(chunks, EnumerablePartitionerOptions.NoBuffering)
            .AsParallel()
            .AsOrdered()
            .WithCancellation(cancellationToken)
            .WithDegreeOfParallelism(Math.Min(Environment.ProcessorCount, MaximumThreads))
            .WithMergeOptions(ParallelMergeOptions.NotBuffered)
            .Select(chunk => new FlowSumPart(chunk.Chunk, chunk.IsInside, sum));

    /// <summary>Reads what a sum needs of chunks, those that were appended last first.</summary>
    private static IEnumerable<(FlowChunkReader Chunk, bool IsInside)> OpenChunks(
        SqliteConnection connection, List<FoundChunk> chunks, FlowSumSearch sum, TimeSlice slice)
    {
        var columns = FlowSumPart.ColumnsOf(sum, isInside: false);
        var columnsInside = FlowSumPart.ColumnsOf(sum, isInside: true);
        using var data = new Statement(connection, "SELECT data FROM flow_chunk WHERE number = $0", 1);
        foreach (var chunk in chunks.OrderByDescending(static chunk => chunk.Number))
        {
            bool isInside = chunk.First >= slice.Start && chunk.Last <= slice.Last;
            var wanted = isInside ? columnsInside : columns;
            yield return (wanted is null ? new(ReadChunk(data, chunk.Number)) : ReadColumns(connection, chunk.Number, wanted), isInside);
        }
    }

    private static FlowChunkReader ReadColumns(SqliteConnection connection, long number, IReadOnlySet<FlowColumn> columns)
    {
        using var blob = new SqliteBlob(connection, "flow_chunk", "data", number, readOnly: true);
        return FlowChunkReader.Open(
            (int)Math.Min(blob.Length, int.MaxValue),
            (position, destination) =>
            {
                blob.Position = position;
                blob.ReadExactly(destination);
            },
            columns);
    }

    private static List<FoundChunk> FindChunks(SqliteConnection connection, TimeSlice slice)
    {
        var chunks = new List<FoundChunk>();
        using var statement = new Statement(
            connection,
            "SELECT number, first, last, records FROM flow_chunk INDEXED BY flow_chunk_time WHERE length = $0 AND first BETWEEN $1 AND $2 AND last >= $3",
            4);
        for (int lengthClass = 0; lengthClass < LengthClass.Open; lengthClass++)
        {
            using var reader = statement.Query((long)lengthClass, LengthClass.EarliestBegin(lengthClass, slice.Start), slice.Last, slice.Start);
            while (reader.Read())
            {
                chunks.Add(new(reader.GetNumber(0), reader.GetNumber(1), reader.GetNumber(2), reader.GetNumber(3)));
            }
        }

        return chunks;
    }

    private static byte[] ReadChunk(Statement data, long number)
    {
        using var reader = data.Query(number);
        return reader.Read() ? reader.GetBytes(0) : throw new InvalidDataException($"flow chunk {number} is missing");
    }

    private static bool HasAny(FlowTextColumn column, HashSet<string> texts)
    {
        for (int code = 0; code < column.Count; code++)
        {
            if (texts.Contains(column.GetText(code)))
            {
                return true;
            }
        }

        return false;
    }

    private readonly record struct FoundChunk(long Number, long First, long Last, long Records);
}
