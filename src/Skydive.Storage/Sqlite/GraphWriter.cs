using System.Runtime.InteropServices;
using Microsoft.Data.Sqlite;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Topology;
using Skydive.Storage.Encoding;
using SQLitePCL;

namespace Skydive.Storage.Sqlite;

/// <summary>Writes revisions of nodes and edges. Belongs to the writer's thread; every call is part of its transaction.</summary>
internal sealed class GraphWriter : IDisposable
{
    /// <summary>How many elements and bases are remembered, to write what follows without reading what is there.</summary>
    private const int MaximumRemembered = 8192;

    private const string RevisionColumns = "number, created_at, valid_from, revision, is_deleted, valid_to, base";

    private readonly SqliteConnection _connection;
    private readonly MetadataCodec _codec;
    private readonly Dictionary<long, RevisionBase> _bases = [];

    // Elements with an open revision. Those without may be pruned, and others get their numbers.
    private readonly Dictionary<ElementKey, OpenElement> _elements = [];
    private readonly TextCache _texts = new();
    private readonly Statement _findElement;
    private readonly Statement _addElement;
    private readonly Statement _findOpen;
    private readonly Statement _findSame;
    private readonly Statement _isKnown;
    private readonly Statement _newest;
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
        _newest = new(connection, "SELECT max(revision) FROM revision WHERE element = $0 AND created_at = $1", 2);
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

    /// <summary>Applies changes; see <see cref="IHistoryStore.AppendAsync"/>.</summary>
    /// <param name="elements">The elements after the changes.</param>
    public void Append(IReadOnlyList<GraphElement> elements)
    {
        int[] next = NextChanges(elements);
        for (int i = 0; i < elements.Count; i++)
        {
            Append(elements[i], next[i] < 0 ? null : elements[next[i]]);
        }
    }

    /// <summary>Makes the open revisions those of a graph.</summary>
    /// <param name="live">The graph.</param>
    /// <param name="time">When what is not in it went away.</param>
    /// <returns>How many elements were closed or appended.</returns>
    public int Reconcile(SubGraph live, long time)
    {
        _elements.Clear();
        var open = GetAllOpen();
        var changes = Reconciliation.Between(open.Select(static element => (element.Key, element.Revision)), live);
        var gone = changes.Gone.ToHashSet();
        foreach (var element in open.Where(element => gone.Contains(element.Key)))
        {
            End(element.Revision, time, isDeletion: true);
        }

        foreach (var element in changes.New)
        {
            Append(element, null);
        }

        return changes.Gone.Count + changes.New.Count;
    }

    /// <summary>Ends the elements of some origins.</summary>
    /// <param name="origins">The origins.</param>
    /// <param name="time">When.</param>
    /// <returns>How many.</returns>
    public int CloseAll(IReadOnlyCollection<string> origins, long time)
    {
        _elements.Clear();
        var open = GetAllOpen().Where(element => origins.Contains(element.Origin, StringComparer.Ordinal)).ToList();
        foreach (var element in open)
        {
            End(element.Revision, time, isDeletion: true);
        }

        return open.Count;
    }

    /// <summary>Forgets what was read: rows with these numbers may be others from now on.</summary>
    public void Forget()
    {
        _bases.Clear();
        _elements.Clear();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var statement in (Statement[])[_findElement, _addElement, _findOpen, _findSame, _isKnown, _newest, _findBase, _addBase, _addRevision, _end, _open, _allOpen])
        {
            statement.Dispose();
        }
    }

    /// <summary>For each change, which of those behind it is the next of the same element; -1 for none.</summary>
    private static int[] NextChanges(IReadOnlyList<GraphElement> elements)
    {
        int[] next = new int[elements.Count];
        if (next.Length == 1)
        {
            next[0] = -1;
            return next;
        }

        var seen = new Dictionary<ElementKey, int>(next.Length);
        for (int i = next.Length - 1; i >= 0; i--)
        {
            ref int found = ref CollectionsMarshal.GetValueRefOrAddDefault(seen, ElementKey.Of(elements[i]), out bool isThere);
            next[i] = isThere ? found : -1;
            found = i;
        }

        return next;
    }

    /// <summary>
    /// Whether a change follows an open revision that nothing stored is newer than: then it ends that revision, whatever else is stored. This is what
    /// <see cref="RevisionRules"/> come to most of the time.
    /// </summary>
    private static bool IsSuccessor(GraphElement element, long createdAt, long revision) =>
        element.CreatedAt == createdAt && (element.DeletedAt is not null || element.Revision > revision);

    /// <summary>Applies a change.</summary>
    /// <param name="element">The element after the change.</param>
    /// <param name="next">The element after its next change, which is applied in the same transaction; null when there is none.</param>
    private void Append(GraphElement element, GraphElement? next)
    {
        var key = ElementKey.Of(element);
        if (_elements.Remove(key, out var known))
        {
            if (IsSuccessor(element, known.Revision.CreatedAt, known.Revision.Revision))
            {
                if (!known.IsEnded)
                {
                    End(known.Revision, element.DeletedAt ?? element.UpdatedAt, isDeletion: element.DeletedAt is not null);
                }

                if (element.DeletedAt is null)
                {
                    AddOpen(key, known.Number, element, known.Base, next);
                }

                return;
            }

            Append(key, known.Number, element);
            return;
        }

        long kind = key.IsEdge ? 1 : 0;
        if (_findElement.QueryNumber(kind, key.Id) is { } number)
        {
            Append(key, number, element);
            return;
        }

        _addElement.Run(kind, key.Id);
        number = raw.sqlite3_last_insert_rowid(_connection.Handle);
        if (element.DeletedAt is null)
        {
            AddOpen(key, number, element, null, next);
        }
        else
        {
            Append(key, number, element);
        }
    }

    /// <summary>Applies a change as what is stored wants it.</summary>
    private void Append(in ElementKey key, long elementNumber, GraphElement element)
    {
        var open = Read(_findOpen.Query(elementNumber));
        if (element.DeletedAt is { } deletedAt)
        {
            switch (RevisionRules.ForDeletion(element, open?.Revision, _isKnown.QueryNumber(elementNumber, element.CreatedAt) is not null))
            {
                case RevisionAction.Close:
                    End(open!.Value.Revision, deletedAt, isDeletion: true);
                    break;
                case RevisionAction.AppendClosed:
                    Add(elementNumber, element, null, (RevisionRules.EndOf(element.UpdatedAt, deletedAt), true));
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
                var (number, added) = Add(elementNumber, element, open?.Base, null);
                RememberIfNewest(key, elementNumber, element, number, added);
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

    private static (StoredRevision Revision, long Base)? Read(StatementRows reader)
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
        _end.Run(revision.Number, end, isDeletion ? 1L : 0L, LengthClass.Of(revision.UpdatedAt, end));
    }

    /// <summary>Adds the newest revision of an element. When the next one is known, it is added with its end, since to end it later takes longer.</summary>
    private void AddOpen(in ElementKey key, long elementNumber, GraphElement element, long? baseNumber, GraphElement? next)
    {
        bool isEnded = next is not null && IsSuccessor(next, element.CreatedAt, element.Revision);
        (long, bool)? end = isEnded ? (RevisionRules.EndOf(element.UpdatedAt, next!.DeletedAt ?? next.UpdatedAt), next.DeletedAt is not null) : null;
        var (number, newBase) = Add(elementNumber, element, baseNumber, end);
        Remember(key, new(elementNumber, StoredRevision.Of(element, number), newBase, isEnded));
    }

    private void RememberIfNewest(in ElementKey key, long elementNumber, GraphElement element, long number, long baseNumber)
    {
        if (_newest.QueryNumber(elementNumber, element.CreatedAt) <= element.Revision)
        {
            Remember(key, new(elementNumber, StoredRevision.Of(element, number), baseNumber, false));
        }
    }

    private (long Number, long Base) Add(long elementNumber, GraphElement element, long? baseNumber, (long At, bool IsDeletion)? end)
    {
        var (newBase, changes) = Encode(elementNumber, element, baseNumber);
        int length = end is { } known ? LengthClass.Of(element.UpdatedAt, known.At) : LengthClass.Open;
        _addRevision.Run(
            elementNumber,
            newBase,
            element.CreatedAt,
            element.Revision,
            element.UpdatedAt,
            end?.At,
            end is { IsDeletion: true } ? 1L : 0L,
            length,
            changes);
        return (raw.sqlite3_last_insert_rowid(_connection.Handle), newBase);
    }

    private void Rewrite(long elementNumber, GraphElement element, in (StoredRevision Revision, long Base) stored)
    {
        var (newBase, changes) = Encode(elementNumber, element, stored.Base);
        _open.Run(stored.Revision.Number, LengthClass.Open, newBase, changes);
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
        if (_bases.Count >= MaximumRemembered)
        {
            _bases.Clear();
        }

        _bases[read.Number] = read;
    }

    private void Remember(in ElementKey key, in OpenElement element)
    {
        if (_elements.Count >= MaximumRemembered)
        {
            // Of one that was to be followed by another, that it has ended is found in the database.
            _elements.Clear();
        }

        _elements[key] = element;
    }

    /// <summary>An element with an open revision that no stored one is newer than.</summary>
    /// <param name="Number">The element.</param>
    /// <param name="Revision">The revision.</param>
    /// <param name="Base">Its base.</param>
    /// <param name="IsEnded">Whether it was stored with its end, since what follows comes in the same transaction.</param>
    private readonly record struct OpenElement(long Number, StoredRevision Revision, long Base, bool IsEnded);
}
