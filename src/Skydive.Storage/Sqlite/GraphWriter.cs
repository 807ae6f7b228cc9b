using Microsoft.Data.Sqlite;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Storage.Encoding;
using SQLitePCL;

namespace Skydive.Storage.Sqlite;

/// <summary>Writes revisions of nodes and edges. Belongs to the writer's thread; every call is part of its transaction.</summary>
internal sealed class GraphWriter : IDisposable
{
    /// <summary>How many bases are remembered, to tell changes against without reading them again.</summary>
    private const int MaximumBases = 4096;

    private const string RevisionColumns = "number, created_at, valid_from, revision, is_deleted, valid_to, base";

    private readonly SqliteConnection _connection;
    private readonly MetadataCodec _codec;
    private readonly Dictionary<long, RevisionBase> _bases = [];
    private readonly TextCache _texts = new();
    private readonly Statement _findElement;
    private readonly Statement _addElement;
    private readonly Statement _findOpen;
    private readonly Statement _findSame;
    private readonly Statement _isKnown;
    private readonly Statement _findBase;
    private readonly Statement _addBase;
    private readonly Statement _addRevision;
    private readonly Statement _end;
    private readonly Statement _open;
    private readonly Statement _allOpen;

    public GraphWriter(SqliteConnection connection, MetadataCodec codec)
    {
        _connection = connection;
        _codec = codec;
        _findElement = new(connection, "SELECT number FROM element WHERE kind = $0 AND id = $1", 2);
        _addElement = new(connection, "INSERT INTO element (kind, id) VALUES ($0, $1)", 2);
        _findOpen = new(connection, $"SELECT {RevisionColumns} FROM revision WHERE element = $0 AND valid_to IS NULL", 1);
        _findSame = new(connection, $"SELECT {RevisionColumns} FROM revision WHERE element = $0 AND created_at = $1 AND revision = $2 AND valid_from = $3", 4);
        _isKnown = new(connection, "SELECT 1 FROM revision WHERE element = $0 AND created_at = $1 LIMIT 1", 2);
        _findBase = new(connection, "SELECT host, origin, parent, child, metadata FROM base WHERE number = $0", 1);
        _addBase = new(connection, "INSERT INTO base (element, host, origin, parent, child, metadata) VALUES ($0, $1, $2, $3, $4, $5)", 6);
        _addRevision = new(
            connection,
            "INSERT INTO revision (element, base, created_at, revision, valid_from, valid_to, is_deleted, length, changes) VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8)",
            9);
        _end = new(connection, "UPDATE revision SET valid_to = $1, is_deleted = $2, length = $3 WHERE number = $0", 4);
        _open = new(connection, "UPDATE revision SET valid_to = NULL, is_deleted = 0, length = $1, base = $2, changes = $3 WHERE number = $0", 4);
        _allOpen = new(
            connection,
            "SELECT e.kind, e.id, b.origin, r.number, r.created_at, r.valid_from, r.revision FROM revision r JOIN element e ON e.number = r.element "
            + "JOIN base b ON b.number = r.base WHERE r.valid_to IS NULL");
    }

    /// <summary>Applies a change; see <see cref="IHistoryStore.AppendAsync"/>.</summary>
    /// <param name="element">The element after the change.</param>
    public void Append(GraphElement element)
    {
        long kind = element is Edge ? 1 : 0;
        if (_findElement.QueryNumber(kind, element.Id) is not { } elementNumber)
        {
            _addElement.Run(kind, element.Id);
            elementNumber = raw.sqlite3_last_insert_rowid(_connection.Handle);
        }

        var open = Read(_findOpen.Query(elementNumber));
        if (element.DeletedAt is { } deletedAt)
        {
            switch (RevisionRules.ForDeletion(element, open?.Revision, _isKnown.QueryNumber(elementNumber, element.CreatedAt) is not null))
            {
                case RevisionAction.Close:
                    End(open!.Value.Revision, deletedAt, isDeletion: true);
                    break;
                case RevisionAction.AppendClosed:
                    Add(elementNumber, element, null, RevisionRules.EndOf(element.UpdatedAt, deletedAt));
                    break;
            }

            return;
        }

        var same = open is { } current && current.Revision.IsSameAs(element)
            ? open
            : Read(_findSame.Query(elementNumber, element.CreatedAt, element.Revision, element.UpdatedAt));
        switch (RevisionRules.ForRevision(element, open?.Revision, same?.Revision))
        {
            case RevisionAction.Append:
                EndIfOpen(open?.Revision, element.UpdatedAt);
                Add(elementNumber, element, open?.Base, null);
                break;
            case RevisionAction.Reopen:
                EndIfOpen(open?.Revision, element.UpdatedAt);
                Rewrite(elementNumber, element, same!.Value);
                break;
            case RevisionAction.Rewrite:
                Rewrite(elementNumber, element, same!.Value);
                break;
        }
    }

    /// <summary>Makes the open revisions those of a graph.</summary>
    /// <param name="live">The graph.</param>
    /// <param name="time">When what is not in it went away.</param>
    /// <returns>How many elements were closed or appended.</returns>
    public int Reconcile(SubGraph live, long time)
    {
        var open = GetAllOpen();
        var changes = Reconciliation.Between(open.Select(static element => (element.Key, element.Revision)), live);
        var gone = changes.Gone.ToHashSet();
        foreach (var element in open.Where(element => gone.Contains(element.Key)))
        {
            End(element.Revision, time, isDeletion: true);
        }

        foreach (var element in changes.New)
        {
            Append(element);
        }

        return changes.Gone.Count + changes.New.Count;
    }

    /// <summary>Ends the elements of some origins.</summary>
    /// <param name="origins">The origins.</param>
    /// <param name="time">When.</param>
    /// <returns>How many.</returns>
    public int CloseAll(IReadOnlyCollection<string> origins, long time)
    {
        var open = GetAllOpen().Where(element => origins.Contains(element.Origin, StringComparer.Ordinal)).ToList();
        foreach (var element in open)
        {
            End(element.Revision, time, isDeletion: true);
        }

        return open.Count;
    }

    /// <summary>Forgets what was read: rows with these numbers may be others from now on.</summary>
    public void Forget() => _bases.Clear();

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in (Statement[])[_findElement, _addElement, _findOpen, _findSame, _isKnown, _findBase, _addBase, _addRevision, _end, _open, _allOpen])
        {
            statement.Dispose();
        }
    }

    private static (StoredRevision Revision, long Base)? Read(SqliteDataReader reader)
    {
        using (reader)
        {
            if (!reader.Read())
            {
                return null;
            }

            long? end = reader.GetNumberOrNull(5);
            var revision = new StoredRevision(
                reader.GetNumber(0), reader.GetNumber(1), reader.GetNumber(2), reader.GetNumber(3), reader.GetNumber(4) != 0 ? end : null, end);
            return (revision, reader.GetNumber(6));
        }
    }

    private List<(ElementKey Key, string Origin, StoredRevision Revision)> GetAllOpen()
    {
        var open = new List<(ElementKey, string, StoredRevision)>();
        using var reader = _allOpen.Query();
        while (reader.Read())
        {
            open.Add((
                new(reader.GetNumber(0) != 0, reader.GetText(1)),
                reader.GetText(2),
                new(reader.GetNumber(3), reader.GetNumber(4), reader.GetNumber(5), reader.GetNumber(6), null, null)));
        }

        return open;
    }

    private void EndIfOpen(StoredRevision? revision, long endedAt)
    {
        if (revision is { } open)
        {
            End(open, endedAt, isDeletion: false);
        }
    }

    private void End(in StoredRevision revision, long endedAt, bool isDeletion)
    {
        long end = RevisionRules.EndOf(revision.UpdatedAt, endedAt);
        _end.Run(revision.Number, end, isDeletion ? 1L : 0L, (long)LengthClass.Of(revision.UpdatedAt, end));
    }

    private void Add(long elementNumber, GraphElement element, long? baseNumber, long? deletedAt)
    {
        var (newBase, changes) = Encode(elementNumber, element, baseNumber);
        int length = deletedAt is { } end ? LengthClass.Of(element.UpdatedAt, end) : LengthClass.Open;
        _addRevision.Run(
            elementNumber,
            newBase,
            element.CreatedAt,
            element.Revision,
            element.UpdatedAt,
            deletedAt,
            deletedAt is null ? 0L : 1L,
            (long)length,
            changes);
    }

    private void Rewrite(long elementNumber, GraphElement element, in (StoredRevision Revision, long Base) stored)
    {
        var (newBase, changes) = Encode(elementNumber, element, stored.Base);
        _open.Run(stored.Revision.Number, (long)LengthClass.Open, newBase, changes);
    }

    /// <summary>Tells an element against a base: the one given, or a new one when that does not fit or would save less than half.</summary>
    private (long Base, byte[] Changes) Encode(long elementNumber, GraphElement element, long? baseNumber)
    {
        if (baseNumber is { } number && GetBase(number) is { } known && known.Fits(element))
        {
            byte[] changes = _codec.EncodeChanges(known.Metadata, element.Metadata);
            if (changes.Length <= known.SizeBytes / 2)
            {
                return (number, changes);
            }
        }

        byte[] metadata = _codec.Encode(element.Metadata);
        var edge = element as Edge;
        _addBase.Run(elementNumber, element.Host, element.Origin, edge?.Parent, edge?.Child, metadata);
        number = raw.sqlite3_last_insert_rowid(_connection.Handle);
        Remember(new(number, element.Host, element.Origin, edge?.Parent, edge?.Child, element.Metadata, metadata.Length));
        return (number, []);
    }

    private RevisionBase GetBase(long number)
    {
        if (_bases.TryGetValue(number, out var known))
        {
            return known;
        }

        using var reader = _findBase.Query(number);
        if (!reader.Read())
        {
            throw new InvalidDataException($"base {number} is missing");
        }

        var metadata = reader.GetSpan(4);
        var read = new RevisionBase(
            number,
            reader.GetText(0),
            reader.GetText(1),
            reader.GetTextOrNull(2),
            reader.GetTextOrNull(3),
            _codec.Decode(metadata, _texts),
            metadata.Length);
        Remember(read);
        return read;
    }

    private void Remember(RevisionBase read)
    {
        if (_bases.Count >= MaximumBases)
        {
            _bases.Clear();
        }

        _bases[read.Number] = read;
    }
}
