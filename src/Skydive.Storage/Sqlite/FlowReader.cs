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
        var nodeTids = search.NodeTIDs?.ToHashSet(StringComparer.Ordinal);
        SqliteConnections.Execute(connection, "BEGIN");
        try
        {
            using var data = new Statement(connection, "SELECT data FROM flow_chunk WHERE number = $0", 1);
            foreach (long number in FindChunks(connection, search.Slice ?? new TimeSlice(long.MinValue, long.MaxValue)).OrderDescending())
            {
                cancellationToken.ThrowIfCancellationRequested();
                var chunk = Open(data, number);
                if (nodeTids is not null && !HasAny(chunk.ReadTexts(FlowColumn.NodeTid), nodeTids))
                {
                    continue;
                }

                var flows = chunk.ReadFlows();
                for (int i = flows.Length - 1; i >= 0; i--)
                {
                    collector.Add(flows[i]);
                }
            }
        }
        finally
        {
            SqliteConnections.Execute(connection, "COMMIT");
        }

        return collector.Matches;
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

    private static List<long> FindChunks(SqliteConnection connection, TimeSlice slice)
    {
        var numbers = new List<long>();
        using var statement = new Statement(
            connection, "SELECT number FROM flow_chunk INDEXED BY flow_chunk_time WHERE length = $0 AND first BETWEEN $1 AND $2 AND last >= $3", 4);
        for (int lengthClass = 0; lengthClass < LengthClass.Open; lengthClass++)
        {
            using var reader = statement.Query((long)lengthClass, LengthClass.EarliestBegin(lengthClass, slice.Start), slice.Last, slice.Start);
            while (reader.Read())
            {
                numbers.Add(reader.GetNumber(0));
            }
        }

        return numbers;
    }

    private static FlowChunkReader Open(Statement data, long number)
    {
        using var reader = data.Query(number);
        return reader.Read() ? new(reader.GetBytes(0)) : throw new InvalidDataException($"flow chunk {number} is missing");
    }

    private static bool HasAny(FlowTextColumn column, HashSet<string> texts)
    {
        foreach (string text in column.Texts)
        {
            if (texts.Contains(text))
            {
                return true;
            }
        }

        return false;
    }
}
