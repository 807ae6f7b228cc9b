using Microsoft.Data.Sqlite;

namespace Skydive.Storage.Sqlite;

/// <summary>Counts what is in a database.</summary>
internal static class StoreStatistics
{
    // What the tables of a part are called begins with this; what fits none belongs to the graph.
    private static readonly string[] s_parts = ["flow", "raw_packets", "metric_chunk", "metric_series", "metric_block", "metric_move", "resource"];

    /// <summary>Counts.</summary>
    /// <param name="connection">Where to read.</param>
    public static HistoryStatistics Read(SqliteConnection connection)
    {
        using var flows = new Statement(connection, "SELECT sum(records), sum(length(data)), min(first) FROM flow_chunk");
        using var flowReader = flows.Query();
        flowReader.Read();
        using var packets = new Statement(connection, "SELECT sum(packets), sum(length(data)) FROM raw_packets");
        using var packetReader = packets.Query();
        packetReader.Read();
        using var metrics = new Statement(
            connection,
            "SELECT sum(samples), sum(bytes), min(first) FROM (SELECT samples, length(data) AS bytes, first FROM metric_block "
            + "UNION ALL SELECT samples, length(data), first FROM metric_chunk)");
        using var metricReader = metrics.Query();
        metricReader.Read();
        return new()
        {
            LiveElements = SqliteConnections.GetNumber(connection, "SELECT count(*) FROM revision WHERE valid_to IS NULL"),
            Revisions = SqliteConnections.GetNumber(connection, "SELECT count(*) FROM revision"),
            FlowRecords = flowReader.GetNumberOrNull(0) ?? 0,
            FlowBytes = flowReader.GetNumberOrNull(1) ?? 0,
            RawPackets = packetReader.GetNumberOrNull(0) ?? 0,
            RawPacketBytes = packetReader.GetNumberOrNull(1) ?? 0,
            MetricSamples = metricReader.GetNumberOrNull(0) ?? 0,
            MetricBytes = metricReader.GetNumberOrNull(1) ?? 0,
            OldestRevision = GetOldestRevision(connection),
            OldestFlow = flowReader.GetNumberOrNull(2),
            OldestMetric = metricReader.GetNumberOrNull(2),
        };
    }

    /// <summary>How many bytes of the file each part takes, with its indexes and the room that its pages have left.</summary>
    /// <param name="connection">Where to read.</param>
    /// <returns>Null when the SQLite library was built without the means to tell.</returns>
    public static HistorySizes? ReadSizes(SqliteConnection connection)
    {
        var bytes = new Dictionary<string, long>(StringComparer.Ordinal);
        try
        {
            using var pages = new Statement(connection, "SELECT m.tbl_name, sum(s.pgsize) FROM dbstat s LEFT JOIN sqlite_master m ON m.name = s.name GROUP BY 1");
            using var reader = pages.Query();
            while (reader.Read())
            {
                string table = reader.GetTextOrNull(0) ?? string.Empty;
                string part = s_parts.FirstOrDefault(part => table.StartsWith(part, StringComparison.Ordinal))?.Split('_')[0] ?? "graph";
                bytes[part] = bytes.GetValueOrDefault(part) + reader.GetNumber(1);
            }
        }
        catch (SqliteException e) when (e.SqliteErrorCode == SQLitePCL.raw.SQLITE_ERROR)
        {
            return null;
        }

        long pageSize = SqliteConnections.GetNumber(connection, "PRAGMA page_size");
        return new()
        {
            GraphBytes = bytes.GetValueOrDefault("graph"),
            FlowBytes = bytes.GetValueOrDefault("flow"),
            MetricBytes = bytes.GetValueOrDefault("metric"),
            RawPacketBytes = bytes.GetValueOrDefault("raw"),
            ResourceBytes = bytes.GetValueOrDefault("resource"),
            FreeBytes = pageSize * SqliteConnections.GetNumber(connection, "PRAGMA freelist_count"),
        };
    }

    private static long? GetOldestRevision(SqliteConnection connection)
    {
        long? oldest = null;
        using var statement = new Statement(connection, "SELECT min(valid_from) FROM revision INDEXED BY revision_time WHERE length = $0", 1);
        for (long lengthClass = 0; lengthClass < LengthClass.Count; lengthClass++)
        {
            if (statement.QueryNumber(lengthClass) is { } first && !(first >= oldest))
            {
                oldest = first;
            }
        }

        return oldest;
    }
}
