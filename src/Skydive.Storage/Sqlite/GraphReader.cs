using System.Globalization;
using Microsoft.Data.Sqlite;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Storage.Encoding;

namespace Skydive.Storage.Sqlite;

/// <summary>Reads revisions of nodes and edges in one consistent state of the database.</summary>
internal static class GraphReader
{
    private const string Select =
        "SELECT e.kind, e.id, r.base, r.created_at, r.valid_from, r.revision, r.is_deleted, r.valid_to, r.changes, b.host, b.origin, b.parent, b.child, b.metadata "
        + "FROM revision r INDEXED BY revision_time JOIN element e ON e.number = r.element JOIN base b ON b.number = r.base ";

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
        var bases = new Dictionary<long, RevisionBase>();
        var texts = new TextCache();
        long first = slice is { } known ? known.Start : long.MaxValue;
        long last = slice?.Last ?? long.MaxValue;
        string end = slice is { IsPoint: true } ? ">" : ">=";
        using var statement = new Statement(
            connection,
            Select + $"WHERE r.length = $0 AND r.valid_from BETWEEN $1 AND $2 AND r.created_at <= $2 AND (r.valid_to IS NULL OR r.valid_to {end} $3)",
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
                    ReadRow(reader, codec, texts, bases, nodes, edges);
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

    /// <summary>Reads every row and says which cannot be understood.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="codec">Reads the metadata.</param>
    /// <param name="faults">Where the faults go.</param>
    /// <param name="maximumFaults">How many are enough.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    public static void Check(SqliteConnection connection, MetadataCodec codec, List<string> faults, int maximumFaults, CancellationToken cancellationToken)
    {
        // By base, so that one base is read once for all its revisions, and no more than one is held.
        using var statement = new Statement(
            connection, "SELECT r.number, r.changes, b.number, b.metadata FROM revision r LEFT JOIN base b ON b.number = r.base ORDER BY r.base");
        using var reader = statement.Query();
        long baseNumber = -1;
        var metadata = MetadataMap.Empty;
        var texts = new TextCache();
        while (faults.Count < maximumFaults && reader.Read())
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                if (reader.IsDBNull(2))
                {
                    throw new InvalidDataException("its base is missing");
                }

                if (reader.GetNumber(2) != baseNumber)
                {
                    metadata = codec.Decode(reader.GetSpan(3), texts);
                    baseNumber = reader.GetNumber(2);
                }

                codec.Apply(metadata, reader.GetSpan(1), texts);
            }
            catch (InvalidDataException e)
            {
                faults.Add(string.Create(CultureInfo.InvariantCulture, $"revision {reader.GetNumber(0)} cannot be read: {e.Message}"));
            }
        }
    }

    private static void ReadRow(
        SqliteDataReader reader, MetadataCodec codec, TextCache texts, Dictionary<long, RevisionBase> bases, List<Node> nodes, List<Edge> edges)
    {
        long baseNumber = reader.GetNumber(2);
        if (!bases.TryGetValue(baseNumber, out var revisionBase))
        {
            var encoded = reader.GetSpan(13);
            revisionBase = new(
                baseNumber,
                reader.GetText(9),
                reader.GetText(10),
                reader.GetTextOrNull(11),
                reader.GetTextOrNull(12),
                codec.Decode(encoded, texts),
                encoded.Length);
            bases.Add(baseNumber, revisionBase);
        }

        var metadata = codec.Apply(revisionBase.Metadata, reader.GetSpan(8), texts);
        long? archivedAt = reader.GetNumberOrNull(7);
        long? deletedAt = reader.GetNumber(6) != 0 ? archivedAt : null;
        string id = reader.GetText(1);
        if (reader.GetNumber(0) == 0)
        {
            nodes.Add(new()
            {
                Id = id,
                Metadata = metadata,
                Host = revisionBase.Host,
                Origin = revisionBase.Origin,
                CreatedAt = reader.GetNumber(3),
                UpdatedAt = reader.GetNumber(4),
                Revision = reader.GetNumber(5),
                DeletedAt = deletedAt,
                ArchivedAt = archivedAt,
            });
            return;
        }

        edges.Add(new()
        {
            Id = id,
            Parent = revisionBase.Parent ?? throw new InvalidDataException($"edge {id} has no parent"),
            Child = revisionBase.Child ?? throw new InvalidDataException($"edge {id} has no child"),
            Metadata = metadata,
            Host = revisionBase.Host,
            Origin = revisionBase.Origin,
            CreatedAt = reader.GetNumber(3),
            UpdatedAt = reader.GetNumber(4),
            Revision = reader.GetNumber(5),
            DeletedAt = deletedAt,
            ArchivedAt = archivedAt,
        });
    }
}
