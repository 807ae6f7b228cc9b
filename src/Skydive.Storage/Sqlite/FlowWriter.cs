using Microsoft.Data.Sqlite;
using Skydive.Contracts.Flows;
using Skydive.Flows.Encoding;

namespace Skydive.Storage.Sqlite;

/// <summary>Writes flows. Belongs to the writer's thread, except for <see cref="Encode"/>.</summary>
internal sealed class FlowWriter(SqliteConnection connection) : IDisposable
{
    /// <summary>How many flows a chunk takes: enough to compress well, few enough to be read for the sake of some.</summary>
    public const int MaximumRecords = 5000;

    private readonly Statement _add =
        new(connection, "INSERT INTO flow_chunk (first, last, length, records, data, stored_at) VALUES ($0, $1, $2, $3, $4, $5)", 6);

    private readonly Statement _count = new(connection, "SELECT count(*) FROM flow_chunk WHERE number BETWEEN $0 AND $1", 2);

    private readonly Statement _delete = new(connection, "DELETE FROM flow_chunk WHERE number BETWEEN $0 AND $1", 2);

    private readonly Statement _replace =
        new(connection, "INSERT INTO flow_chunk (number, first, last, length, records, data, stored_at) VALUES ($0, $1, $2, $3, $4, $5, $6)", 7);

    /// <summary>Encodes flows, in the caller's thread: the writer has enough to do.</summary>
    /// <param name="flows">The flows.</param>
    /// <exception cref="HistoryException">The texts of one of them are too long for a chunk.</exception>
    public static IReadOnlyList<FlowChunkRow> Encode(IReadOnlyList<Flow> flows)
    {
        var chunks = new List<FlowChunkRow>((flows.Count / MaximumRecords) + 1);
        for (int start = 0; start < flows.Count; start += MaximumRecords)
        {
            int count = Math.Min(MaximumRecords, flows.Count - start);
            AddChunks(count == flows.Count ? flows : flows.Skip(start).Take(count).ToArray(), chunks);
        }

        return chunks;
    }

    /// <summary>Adds chunks.</summary>
    /// <param name="chunks">The chunks.</param>
    /// <param name="storedAt">The time, in milliseconds since 1970-01-01 UTC.</param>
    public void Add(IReadOnlyList<FlowChunkRow> chunks, long storedAt)
    {
        foreach (var chunk in chunks)
        {
            _add.Run(chunk.First, chunk.Last, (long)LengthClass.Of(chunk.First, chunk.Last), (long)chunk.Records, chunk.Data, storedAt);
        }
    }

    /// <summary>Puts one chunk in the place of several.</summary>
    /// <param name="merge">Which.</param>
    /// <returns>False when they are not all there any more; nothing was done then.</returns>
    public bool Replace(FlowMerge merge)
    {
        if (_count.QueryNumber(merge.FirstNumber, merge.LastNumber) != merge.Count)
        {
            return false;
        }

        var chunk = merge.Chunk;
        _delete.Run(merge.FirstNumber, merge.LastNumber);
        _replace.Run(
            merge.LastNumber, chunk.First, chunk.Last, (long)LengthClass.Of(chunk.First, chunk.Last), (long)chunk.Records, chunk.Data, merge.StoredAt);
        return true;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in (Statement[])[_add, _count, _delete, _replace])
        {
            statement.Dispose();
        }
    }

    private static void AddChunks(IReadOnlyList<Flow> flows, List<FlowChunkRow> chunks)
    {
        byte[] data;
        try
        {
            data = FlowChunk.Encode(flows);
        }
        catch (ArgumentException e)
        {
            if (flows.Count == 1)
            {
                throw new HistoryException(HistoryErrorReason.TooLarge, $"the flow {flows[0].UUID} cannot be kept: {e.Message}", e);
            }

            // With very long texts fewer flows go into a chunk.
            AddChunks([.. flows.Take(flows.Count / 2)], chunks);
            AddChunks([.. flows.Skip(flows.Count / 2)], chunks);
            return;
        }

        var header = FlowChunk.ReadHeader(data);
        chunks.Add(new(header.MinStart, Math.Max(header.MinStart, header.MaxLast), flows.Count, data));
    }
}
