using Microsoft.Data.Sqlite;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Storage.Encoding;

namespace Skydive.Storage.Sqlite;

/// <summary>Reads revisions of nodes and edges in one consistent state of the database.</summary>
internal static class GraphReader
{
    /// <summary>If no more ended between two times, they are all read; else an index by begin leads to fewer.</summary>
    internal const int ManyRevisions = 20_000;

    /// <summary>The revisions that a view of a time shows.</summary>
    /// <param name="connection">Where to read, outside of a transaction.</param>
    /// <param name="codec">Reads the metadata.</param>
    /// <param name="slice">The time; null for the revisions that are open.</param>
    /// <param name="options">The limits.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">A row makes no sense.</exception>
    public static SubGraph Read(SqliteConnection connection, MetadataCodec codec, TimeSlice? slice, HistoryStoreOptions options, CancellationToken cancellationToken)
    {
        var nodes = new List<Node>();
        var edges = new List<Edge>();
        var rows = new RevisionRowReader(codec);
        long first = slice is { } known ? known.Start : long.MaxValue;
        long last = slice?.Last ?? long.MaxValue;
        string end = slice is { IsPoint: true } ? ">" : ">=";
        using var statement = new Statement(
            connection,
            RevisionRowReader.Select("revision_time") + $"WHERE r.length = $0 AND r.valid_from BETWEEN $1 AND $2 AND r.created_at <= $2 AND (r.valid_to IS NULL OR r.valid_to {end} $3)",
            4);
        SqliteConnections.Execute(connection, "BEGIN");
        try
        {
            for (int lengthClass = slice is null ? LengthClass.Open : 0; lengthClass < LengthClass.Count; lengthClass++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                using var reader = statement.Query((long)lengthClass, LengthClass.EarliestBegin(lengthClass, first), last, first);
                while (reader.Read())
                {
                    switch (rows.Read(reader))
                    {
                        case Node node:
                            nodes.Add(node);
                            break;
                        case Edge edge:
                            edges.Add(edge);
                            break;
                    }

                    if (slice is not null)
                    {
                        AnswerLimits.CheckRevisions(nodes.Count + edges.Count, options);
                    }
                }
            }
        }
        finally
        {
            SqliteConnections.Execute(connection, "COMMIT");
        }

        return new() { Nodes = nodes, Edges = edges };
    }

    /// <summary>The revisions of nodes that a view of a time shows, for a question that is not about edges.</summary>
    /// <param name="connection">Where to read, outside of a transaction.</param>
    /// <param name="codec">Reads the metadata.</param>
    /// <param name="slice">The time.</param>
    /// <param name="selection">Which nodes are wanted: of each all revisions of the time, and others may come with them.</param>
    /// <param name="options">The limits.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <exception cref="InvalidDataException">A row makes no sense.</exception>
    public static List<Node> ReadNodes(
        SqliteConnection connection, MetadataCodec codec, TimeSlice slice, NodeSelection selection, HistoryStoreOptions options, CancellationToken cancellationToken)
    {
        var nodes = new List<Node>();
        var rows = new RevisionRowReader(codec);
        string valid = $"AND r.valid_from <= $1 AND r.created_at <= $1 AND (r.valid_to IS NULL OR r.valid_to {(slice.IsPoint ? ">" : ">=")} $0)";
        SqliteConnections.Execute(connection, "BEGIN");
        try
        {
            if (selection.Identifiers is { } identifiers)
            {
                using var byIdentifier = new Statement(
                    connection, RevisionRowReader.Select("revision_identity") + $"WHERE r.element = (SELECT number FROM element WHERE kind = 0 AND id = $2) {valid}", 3);
                foreach (string id in identifiers.Distinct(StringComparer.Ordinal))
                {
                    Read(byIdentifier, slice.Start, slice.Last, id);
                }
            }
            else if (selection.Texts is { } texts)
            {
                // Metadata rests as it is, keys as numbers and texts in UTF-8: where a text is not among the bytes it is not a value.
                string IsIn(string column) => string.Join(" OR ", texts.Select((_, i) => $"instr({column}, ${i + 2}) > 0"));
                using var byText = new Statement(
                    connection,
                    RevisionRowReader.Select("revision_identity")
                    + $"WHERE r.element IN (SELECT element FROM base WHERE parent IS NULL AND ({IsIn("metadata")}) UNION SELECT element FROM revision NOT INDEXED WHERE {IsIn("changes")}) "
                    + $"AND e.kind = 0 {valid}",
                    texts.Count + 2);
                Read(byText, [slice.Start, slice.Last, .. texts.Select(static StatementValue (text) => System.Text.Encoding.UTF8.GetBytes(text))]);
            }
            else
            {
                using var all = new Statement(
                    connection,
                    RevisionRowReader.Select("revision_time")
                    + $"WHERE r.length = $2 AND r.valid_from >= $3 AND e.kind = 0 {valid}",
                    4);
                for (int lengthClass = 0; lengthClass < LengthClass.Count; lengthClass++)
                {
                    Read(all, slice.Start, slice.Last, (long)lengthClass, LengthClass.EarliestBegin(lengthClass, slice.Start));
                }
            }
        }
        finally
        {
            SqliteConnections.Execute(connection, "COMMIT");
        }

        return nodes;

        void Read(Statement statement, params ReadOnlySpan<StatementValue> values)
        {
            cancellationToken.ThrowIfCancellationRequested();
            using var reader = statement.Query(values);
            while (reader.Read())
            {
                nodes.Add((Node)rows.Read(reader));
                AnswerLimits.CheckRevisions(nodes.Count, options);
            }
        }
    }

    /// <summary>The revisions that were valid at one time and not at another, later one, and the other way round.</summary>
    /// <param name="connection">Where to read, outside of a transaction.</param>
    /// <param name="codec">Reads the metadata.</param>
    /// <param name="earlier">The one time.</param>
    /// <param name="later">The other time, after it.</param>
    /// <param name="options">The limits.</param>
    /// <param name="manyRevisions">Usually <see cref="ManyRevisions"/>.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>Those that had ended at the later time, and those that had not begun at the earlier one.</returns>
    /// <exception cref="InvalidDataException">A row makes no sense.</exception>
    public static (List<GraphElement> Ended, List<GraphElement> Begun) ReadDifferences(
        SqliteConnection connection, MetadataCodec codec, long earlier, long later, HistoryStoreOptions options, int manyRevisions, CancellationToken cancellationToken)
    {
        var ended = new List<GraphElement>();
        var begun = new List<GraphElement>();
        var rows = new RevisionRowReader(codec);
        SqliteConnections.Execute(connection, "BEGIN");
        try
        {
            // All that ended between the times are few when the times are close; else those that were valid at the earlier time are fewer.
            if (!Exceeds(connection, earlier + 1, later, manyRevisions))
            {
                using var byEnd = new Statement(
                    connection, RevisionRowReader.Select("revision_end") + "WHERE r.valid_to BETWEEN $0 + 1 AND $1 AND r.valid_from <= $0", 2);
                ReadAll(byEnd, rows, ended, options, earlier, later);
            }
            else
            {
                using var byTime = new Statement(
                    connection,
                    RevisionRowReader.Select("revision_time") + "WHERE r.length = $0 AND r.valid_from BETWEEN $1 AND $2 AND r.valid_to BETWEEN $2 + 1 AND $3",
                    4);
                for (int lengthClass = 0; lengthClass < LengthClass.Open; lengthClass++)
                {
                    cancellationToken.ThrowIfCancellationRequested();
                    ReadAll(byTime, rows, ended, options, (long)lengthClass, LengthClass.EarliestBegin(lengthClass, earlier), earlier, later);
                }
            }

            using var byBegin = new Statement(
                connection,
                RevisionRowReader.Select("revision_time") + "WHERE r.length = $0 AND r.valid_from BETWEEN $1 AND $2 AND (r.valid_to IS NULL OR r.valid_to > $2)",
                3);
            for (int lengthClass = 0; lengthClass < LengthClass.Count; lengthClass++)
            {
                cancellationToken.ThrowIfCancellationRequested();
                ReadAll(byBegin, rows, begun, options, (long)lengthClass, Math.Max(earlier + 1, LengthClass.EarliestBegin(lengthClass, later)), later);
            }
        }
        finally
        {
            SqliteConnections.Execute(connection, "COMMIT");
        }

        return (ended, begun);
    }

    /// <summary>Every revision that was valid at some time in a span, one after the other, in the order in which they came.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="codec">Reads the metadata.</param>
    /// <param name="slice">The span.</param>
    /// <exception cref="InvalidDataException">A row makes no sense.</exception>
    public static IEnumerable<GraphElement> ReadAll(SqliteConnection connection, MetadataCodec codec, TimeSlice slice)
    {
        var rows = new RevisionRowReader(codec);
        using var all = new Statement(
            connection, RevisionRowReader.Select(null) + "WHERE r.valid_from <= $0 AND (r.valid_to IS NULL OR r.valid_to >= $1) ORDER BY r.number", 2);
        using var reader = all.Query(slice.Last, slice.Start);
        while (reader.Read())
        {
            yield return rows.Read(reader);
        }
    }

    private static bool Exceeds(SqliteConnection connection, long first, long last, long limit)
    {
        using var ended = new Statement(
            connection, "SELECT count(*) FROM (SELECT 1 FROM revision INDEXED BY revision_end WHERE valid_to BETWEEN $0 AND $1 LIMIT $2)", 3);
        return ended.QueryNumber(first, last, limit + 1) > limit;
    }

    private static void ReadAll(
        Statement statement, RevisionRowReader rows, List<GraphElement> found, HistoryStoreOptions options, params ReadOnlySpan<StatementValue> values)
    {
        using var reader = statement.Query(values);
        while (reader.Read())
        {
            found.Add(rows.Read(reader));
            AnswerLimits.CheckRevisions(found.Count, options);
        }
    }
}
