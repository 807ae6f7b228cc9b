using Microsoft.Data.Sqlite;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Metrics;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Storage.Encoding;
using Skydive.Storage.Sqlite;

namespace Skydive.Storage;

/// <summary>
/// A history database opened for reading only, whether a service uses it meanwhile or not. All that is read is of one state, that of the
/// opening; while it is held, what the service writes stays in the database's log. Not for use by several threads at once.
/// </summary>
public sealed class HistoryArchive : IDisposable
{
    private readonly SqliteConnection _connection;
    private readonly KeyDictionary _keys;

    private HistoryArchive(string path, SqliteConnection connection, KeyDictionary keys)
    {
        DatabasePath = path;
        _connection = connection;
        _keys = keys;
    }

    /// <summary>Where the database is.</summary>
    public string DatabasePath { get; }

    /// <summary>Opens the database in a directory.</summary>
    /// <param name="directory">The directory.</param>
    /// <exception cref="HistoryException">
    /// There is no database, the system's SQLite is missing, or the database cannot be read, is damaged, another program's or of another version.
    /// </exception>
    public static HistoryArchive Open(string directory)
    {
        SqliteLibrary.EnsureLoaded();
        string path = DatabaseDirectory.GetDatabasePath(directory);
        if (!File.Exists(path))
        {
            throw new HistoryException(HistoryErrorReason.Inaccessible, $"there is no history database {path}, or the user may not see it: name the directory in which the service keeps its data");
        }

        SqliteConnection? connection = null;
        KeyDictionary? keys = null;
        try
        {
            connection = SqliteConnections.OpenReader(path);
            Schema.CheckVersion(connection, path);
            SqliteConnections.Execute(connection, "BEGIN");
            keys = new(connection);
            return new(path, connection, keys);
        }
        catch (Exception e)
        {
            keys?.Dispose();
            connection?.Dispose();
            throw SqliteErrors.IsExpected(e) ? SqliteErrors.Translate(e, path) : e;
        }
    }

    /// <summary>Reads everything and says what is wrong with it.</summary>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <returns>The faults found, one sentence each, a hundred at most; empty when all is well.</returns>
    public IReadOnlyList<string> Check(CancellationToken cancellationToken)
    {
        try
        {
            return Translate(() => StoreCheck.Run(_connection, _keys, cancellationToken));
        }
        catch (HistoryException e) when (e.Reason == HistoryErrorReason.Damaged)
        {
            return [e.Message];
        }
    }

    /// <summary>How many revisions, elements, flows and metric samples there are, and from when.</summary>
    /// <exception cref="HistoryException">The database could not be read.</exception>
    public HistoryStatistics GetStatistics() => Translate(() => StoreStatistics.Read(_connection));

    /// <summary>How many bytes each part takes.</summary>
    /// <returns>Null when the system's SQLite cannot tell.</returns>
    /// <exception cref="HistoryException">The database could not be read.</exception>
    public HistorySizes? GetSizes() => Translate(() => StoreStatistics.ReadSizes(_connection));

    /// <summary>Revisions of nodes and edges that were valid at some time in a span, in the order in which they came.</summary>
    /// <param name="slice">The span.</param>
    /// <exception cref="HistoryException">The database could not be read.</exception>
    public IEnumerable<GraphElement> ReadRevisions(TimeSlice slice) => Translate(GraphReader.ReadAll(_connection, new MetadataCodec(_keys), slice));

    /// <summary>Flow records with a packet in a span, in the order in which they came: of a flow that was updated, each update.</summary>
    /// <param name="slice">The span.</param>
    /// <exception cref="HistoryException">The database could not be read.</exception>
    public IEnumerable<Flow> ReadFlows(TimeSlice slice) => Translate(FlowReader.ReadAll(_connection, slice));

    /// <summary>Metric samples that counted in a span: by series, then those that came last.</summary>
    /// <param name="slice">The span.</param>
    /// <exception cref="HistoryException">The database could not be read.</exception>
    public IEnumerable<MetricSample> ReadMetrics(TimeSlice slice) => Translate(MetricReader.ReadAll(_connection, _keys, slice));

    /// <summary>The resources of all kinds.</summary>
    /// <exception cref="HistoryException">The database could not be read.</exception>
    public IReadOnlyList<(string Kind, StoredResource Resource)> ReadResources() => Translate(() => ResourceTable.ReadAll(_connection));

    /// <inheritdoc/>
    public void Dispose()
    {
        _keys.Dispose();
        _connection.Dispose();
    }

    private T Translate<T>(Func<T> read)
    {
        try
        {
            return read();
        }
        catch (Exception e) when (SqliteErrors.IsExpected(e))
        {
            throw SqliteErrors.Translate(e, DatabasePath);
        }
    }

    private IEnumerable<T> Translate<T>(IEnumerable<T> items)
    {
        using var enumerator = items.GetEnumerator();
        while (Translate(enumerator.MoveNext))
        {
            yield return enumerator.Current;
        }
    }
}
