using Microsoft.Data.Sqlite;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Flows.Encoding;

namespace Skydive.Storage.Sqlite;

/// <summary>Packets of flows, a row for each flow and update that has some. Writing belongs to the writer's thread.</summary>
internal sealed class RawPacketTable(SqliteConnection connection) : IDisposable
{
    private readonly Statement _add =
        new(connection, "INSERT INTO raw_packets (flow, first, last, packets, data, stored_at) VALUES ($0, $1, $2, $3, $4, $5)", 6);

    /// <summary>Encodes packets, in the caller's thread.</summary>
    /// <param name="flows">The flows with their packets.</param>
    public static IReadOnlyList<RawPacketRow> Encode(IReadOnlyList<FlowRawPackets> flows) =>
    [
        .. flows.Where(static flow => flow.Packets.Count > 0).Select(static flow => new RawPacketRow(
            flow.FlowUUID,
            flow.Packets.Min(static packet => packet.Timestamp),
            flow.Packets.Max(static packet => packet.Timestamp),
            flow.Packets.Count,
            RawPacketChunk.Encode([flow]))),
    ];

    /// <summary>Finds packets of flows, each once, in the order of their index.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="search">Which.</param>
    /// <param name="options">The limits.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="FlowChunkException">A row makes no sense.</exception>
    public static IReadOnlyList<FlowRawPackets> Search(
        SqliteConnection connection, RawPacketSearch search, HistoryStoreOptions options, CancellationToken cancellationToken)
    {
        var found = new List<FlowRawPackets>();
        var slice = search.Slice ?? new(long.MinValue, long.MaxValue);
        long bytes = 0;
        using var rows = new Statement(connection, "SELECT data FROM raw_packets WHERE flow = $0 AND first <= $1 AND last >= $2 ORDER BY number", 3);
        foreach (string uuid in search.FlowUUIDs.Distinct(StringComparer.Ordinal))
        {
            cancellationToken.ThrowIfCancellationRequested();
            var packets = new SortedDictionary<long, RawPacket>();
            using var reader = rows.Query(uuid, slice.Last, slice.Start);
            while (reader.Read())
            {
                foreach (var packet in RawPacketChunk.Decode(reader.GetBytes(0)).SelectMany(static flow => flow.Packets))
                {
                    if (packet.Timestamp >= slice.Start && packet.Timestamp <= slice.Last && packets.TryAdd(packet.Index, packet))
                    {
                        bytes += packet.Data.Length;
                    }
                }

                AnswerLimits.CheckPackets(bytes, options);
            }

            if (packets.Count > 0)
            {
                found.Add(new(uuid, [.. packets.Values]));
            }
        }

        return found;
    }

    /// <summary>Adds packets.</summary>
    /// <param name="rows">The packets.</param>
    /// <param name="storedAt">The time, in milliseconds since 1970-01-01 UTC.</param>
    public void Add(IReadOnlyList<RawPacketRow> rows, long storedAt)
    {
        foreach (var row in rows)
        {
            _add.Run(row.Flow, row.First, row.Last, (long)row.Packets, row.Data, storedAt);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _add.Dispose();
}
