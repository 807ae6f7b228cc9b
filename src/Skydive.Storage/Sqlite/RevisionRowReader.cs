using Microsoft.Data.Sqlite;
using Skydive.Contracts.Topology;
using Skydive.Storage.Encoding;

namespace Skydive.Storage.Sqlite;

/// <summary>Makes nodes and edges of rows of revisions. What revisions have in common is decoded once. For one thread and one reading.</summary>
/// <param name="codec">Reads the metadata.</param>
internal sealed class RevisionRowReader(MetadataCodec codec)
{
    /// <summary>How many bases are remembered: those of a large graph, but not those of all of a history that is read through.</summary>
    private const int MaximumBases = 65_536;

    private readonly TextCache _texts = new();
    private readonly Dictionary<long, RevisionBase> _bases = [];

    /// <summary>The query for the rows, to which the condition on <c>r</c>, the revision, is to be added.</summary>
    /// <param name="index">The index that finds the revisions; null for none.</param>
    public static string Select(string? index) =>
        "SELECT e.kind, e.id, r.base, r.created_at, r.valid_from, r.revision, r.is_deleted, r.valid_to, r.changes, b.host, b.origin, b.parent, b.child, b.metadata "
        + $"FROM revision r {(index is null ? "NOT INDEXED" : "INDEXED BY " + index)} JOIN element e ON e.number = r.element JOIN base b ON b.number = r.base ";

    /// <summary>Reads the row that a reader is on.</summary>
    /// <param name="reader">The reader.</param>
    /// <exception cref="InvalidDataException">The row makes no sense.</exception>
    public GraphElement Read(StatementRows reader)
    {
        var revisionBase = GetBase(reader);
        var metadata = codec.Apply(revisionBase.Metadata, reader.GetSpan(8), _texts);
        long? archivedAt = reader.GetNumberOrNull(7);
        long? deletedAt = reader.GetNumber(6) != 0 ? archivedAt : null;
        string id = reader.GetText(1);
        if (reader.GetNumber(0) == 0)
        {
            return new Node
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
            };
        }

        return new Edge
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
        };
    }

    private RevisionBase GetBase(StatementRows reader)
    {
        long number = reader.GetNumber(2);
        if (!_bases.TryGetValue(number, out var known))
        {
            var encoded = reader.GetSpan(13);
            known = new(
                number,
                reader.GetText(9),
                reader.GetText(10),
                reader.GetTextOrNull(11),
                reader.GetTextOrNull(12),
                codec.Decode(encoded, _texts),
                encoded.Length);
            if (_bases.Count >= MaximumBases)
            {
                _bases.Clear();
            }

            _bases.Add(number, known);
        }

        return known;
    }
}
