using System.Globalization;
using System.Text.Json;
using Microsoft.Data.Sqlite;
using Skydive.Contracts.Metadata;
using Skydive.Flows.Encoding;
using Skydive.Storage.Encoding;

namespace Skydive.Storage.Sqlite;

/// <summary>Looks at everything in a database and says what is wrong with it.</summary>
/// <param name="connection">Where to read.</param>
/// <param name="keys">The metadata keys.</param>
/// <param name="cancellationToken">Ends the reading.</param>
internal sealed class StoreCheck(SqliteConnection connection, IMetadataKeys keys, CancellationToken cancellationToken)
{
    /// <summary>How many faults are enough.</summary>
    private const int MaximumFaults = 100;

    private readonly List<string> _faults = [];

    /// <summary>Reads everything.</summary>
    /// <param name="connection">Where to read.</param>
    /// <param name="keys">The metadata keys.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The faults, one sentence each.</returns>
    public static IReadOnlyList<string> Run(SqliteConnection connection, IMetadataKeys keys, CancellationToken cancellationToken)
    {
        var check = new StoreCheck(connection, keys, cancellationToken);
        check.CheckFile();

        // What SQLite cannot read is not worth to be read again.
        if (check._faults.Count == 0)
        {
            check.CheckMetadata();
            check.CheckRevisions();
            check.CheckFlows();
            check.CheckPackets();
            MetricReader.Check(connection, keys, check._faults, MaximumFaults, cancellationToken);
            check.CheckResources();
        }

        return check._faults;
    }

    private void CheckFile()
    {
        using var check = new Statement(connection, $"PRAGMA integrity_check({MaximumFaults})");
        using var reader = check.Query();
        while (reader.Read() && reader.GetText(0) is var line && line != "ok")
        {
            _faults.Add(line);
        }
    }

    /// <summary>Whether all revisions can be decoded.</summary>
    private void CheckMetadata()
    {
        // By base, so that one base is read once for all its revisions, and no more than one is held.
        using var statement = new Statement(
            connection,
            "SELECT r.number, r.changes, b.number, b.metadata, r.element, b.element, e.kind, b.parent, b.child FROM revision r LEFT JOIN base b ON b.number = r.base "
            + "LEFT JOIN element e ON e.number = r.element ORDER BY r.base");
        using var reader = statement.Query();
        var codec = new MetadataCodec(keys);
        var texts = new TextCache();
        var metadata = MetadataMap.Empty;
        long baseNumber = -1;
        while (Next(reader))
        {
            try
            {
                if (reader.IsNull(2))
                {
                    throw new InvalidDataException("its base is missing");
                }

                if (reader.IsNull(6))
                {
                    throw new InvalidDataException("its element is missing");
                }

                if (reader.GetNumber(4) != reader.GetNumber(5))
                {
                    throw new InvalidDataException("its base is that of another element");
                }

                if (reader.GetNumber(6) != 0 && (reader.IsNull(7) || reader.IsNull(8)))
                {
                    throw new InvalidDataException("it is an edge without ends");
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
                Add($"revision {reader.GetNumberOrNull(0)} cannot be read: {e.Message}");
            }
        }
    }

    /// <summary>Whether the revisions of each element follow each other without gaps and overlaps, and searches by time find them.</summary>
    private void CheckRevisions()
    {
        using var statement = new Statement(connection, "SELECT number, element, valid_from, valid_to, is_deleted, length, created_at FROM revision ORDER BY element, number");
        using var reader = statement.Query();
        (long Element, long Number, long From, long? To, bool IsDeleted)? before = null;
        while (Next(reader))
        {
            try
            {
                long number = reader.GetNumber(0), element = reader.GetNumber(1), from = reader.GetNumber(2);
                long? to = reader.GetNumberOrNull(3);
                bool isDeleted = reader.GetNumber(4) != 0;
                if (to < from)
                {
                    Add($"revision {number} ends before it begins");
                }
                else if (reader.GetNumber(5) != (to is { } end ? LengthClass.Of(from, end) : LengthClass.Open))
                {
                    Add($"revision {number} is not found by its time: its length is {reader.GetNumber(5)}");
                }

                if (isDeleted && to is null)
                {
                    Add($"revision {number} is deleted and has not ended");
                }

                if (before is { } previous && previous.Element == element)
                {
                    CheckSuccession(previous, number, from);
                }

                before = (element, number, from, to, isDeleted);
            }
            catch (InvalidDataException e)
            {
                Add($"revision {reader.GetNumberOrNull(0)} cannot be read: {e.Message}");
            }
        }
    }

    private void CheckSuccession((long Element, long Number, long From, long? To, bool IsDeleted) before, long number, long from)
    {
        // What was deleted may come back later, or with the clock of a host that was set back; so may what follows a revision that lasted for
        // no time: the clock went back after that.
        if (before.To is { } end && (before.IsDeleted || end == before.From || end == from))
        {
            return;
        }

        Add(before.To < from
            ? (FormattableString)$"revision {before.Number} ended at {before.To}, and revision {number}, which follows it, began at {from}: there is a gap"
            : $"revision {before.Number} and revision {number}, which follows it, overlap");
    }

    private void CheckFlows()
    {
        using var all = new Statement(connection, "SELECT number, first, last, length, records, data FROM flow_chunk");
        using var reader = all.Query();
        while (Next(reader))
        {
            try
            {
                var flows = FlowChunk.Decode(reader.GetBytes(5));
                long first = flows.Length == 0 ? 0 : flows.Min(static flow => flow.Start);
                long last = flows.Length == 0 ? 0 : Math.Max(first, flows.Max(static flow => flow.Last));
                if (flows.Length != reader.GetNumber(4))
                {
                    throw new InvalidDataException($"it has {flows.Length} flows instead of {reader.GetNumber(4)}");
                }

                if (flows.Length > 0 && (first, last, (long)LengthClass.Of(first, last)) != (reader.GetNumber(1), reader.GetNumber(2), reader.GetNumber(3)))
                {
                    throw new InvalidDataException("its flows are of another time than is said of it");
                }
            }
            catch (Exception e) when (e is FlowChunkException or InvalidDataException)
            {
                Add($"flow chunk {reader.GetNumberOrNull(0)} cannot be read: {e.Message}");
            }
        }
    }

    private void CheckPackets()
    {
        using var all = new Statement(connection, "SELECT number, flow, packets, data FROM raw_packets");
        using var reader = all.Query();
        while (Next(reader))
        {
            try
            {
                if (RawPacketChunk.Decode(reader.GetBytes(3)) is not [var flow] || flow.FlowUUID != reader.GetText(1) || flow.Packets.Count != reader.GetNumber(2))
                {
                    throw new InvalidDataException("it does not hold what is said of it");
                }
            }
            catch (Exception e) when (e is FlowChunkException or InvalidDataException)
            {
                Add($"row {reader.GetNumberOrNull(0)} of packets cannot be read: {e.Message}");
            }
        }
    }

    private void CheckResources()
    {
        using var all = new Statement(connection, "SELECT kind, id, json FROM resource");
        using var reader = all.Query();
        while (Next(reader))
        {
            try
            {
                using var document = JsonDocument.Parse(reader.GetText(2));
            }
            catch (Exception e) when (e is JsonException or InvalidDataException)
            {
                Add($"the {reader.GetTextOrNull(0)} {reader.GetTextOrNull(1)} is no JSON: {e.Message}");
            }
        }
    }

    private bool Next(StatementRows reader)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return _faults.Count < MaximumFaults && reader.Read();
    }

    private void Add(FormattableString fault) => _faults.Add(fault.ToString(CultureInfo.InvariantCulture));
}
