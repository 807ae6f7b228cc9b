using Microsoft.Data.Sqlite;

namespace Skydive.Storage.Sqlite;

/// <summary>
/// The tables of a history database and how older ones become newer. The version is SQLite's <c>user_version</c>; <c>application_id</c> tells
/// the files of this service from others.
/// </summary>
/// <remarks>
/// To change the schema, add a migration with the next version; never change one that was released.
/// <para><c>element</c> is one node (kind 0) or edge (kind 1) by identifier. <c>base</c> is what its revisions start from: who reported it,
/// the ends of an edge, and metadata. <c>revision</c> is one revision: its base, and what its metadata change in the base (empty for
/// nothing). valid_from is UpdatedAt, valid_to ArchivedAt; is_deleted says that DeletedAt equals valid_to. Both blobs are those of
/// MetadataCodec, with the keys of <c>metadata_key</c>.</para>
/// <para>length is the <see cref="LengthClass"/> of the time from valid_from to valid_to, in whose index revisions are found by time.</para>
/// <para><c>flow_chunk</c> is one batch of flows, in the order in which they were appended: first and last are the smallest Start and the
/// largest Last in it, length the class of the time between. Its numbers are not used twice, since batches are put together after they were
/// read. stored_at is when they came, which is what their age is counted from; NULL, in chunks that version 1 wrote, stands for last.</para>
/// <para><c>metric_chunk</c> is one batch of metric samples as they came. After a while they are put together to rows of
/// <c>metric_block</c>, each of which has the samples of one node and path, <c>metric_series</c>, in some hour or more. <c>metric_move</c>
/// has a row while that goes on: chunks up to last_chunk are moved, and of them the series up to (path, element) have been. First, last,
/// length and stored_at are as above. Blocks and chunks are numbered in the order of their stored_at.</para>
/// <para><c>raw_packets</c> has the packets that were kept of one flow between two of its updates, in the order in which they came.
/// <c>flow_run</c> says up to which sequence the messages of one run of an agent are here, so that one that comes again is recognised.</para>
/// </remarks>
internal static class Schema
{
    /// <summary>"SkyH".</summary>
    private const int ApplicationId = 0x536B7948;

    /// <summary>All steps in order.</summary>
    public static IReadOnlyList<Migration> Migrations { get; } =
    [
        new(1, """
            CREATE TABLE metadata_key (number INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE);
            CREATE TABLE element (number INTEGER PRIMARY KEY, kind INTEGER NOT NULL, id TEXT NOT NULL, UNIQUE (kind, id));
            CREATE TABLE base (
                number INTEGER PRIMARY KEY, element INTEGER NOT NULL, host TEXT NOT NULL, origin TEXT NOT NULL, parent TEXT, child TEXT,
                metadata BLOB NOT NULL);
            CREATE TABLE revision (
                number INTEGER PRIMARY KEY, element INTEGER NOT NULL, base INTEGER NOT NULL, created_at INTEGER NOT NULL,
                revision INTEGER NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER, is_deleted INTEGER NOT NULL, length INTEGER NOT NULL,
                changes BLOB NOT NULL);
            CREATE UNIQUE INDEX revision_identity ON revision (element, created_at, revision, valid_from);
            CREATE UNIQUE INDEX revision_open ON revision (element) WHERE valid_to IS NULL;
            CREATE INDEX revision_time ON revision (length, valid_from);
            CREATE INDEX revision_end ON revision (valid_to) WHERE valid_to IS NOT NULL;
            CREATE INDEX revision_base ON revision (base);
            CREATE TABLE flow_chunk (
                number INTEGER PRIMARY KEY AUTOINCREMENT, first INTEGER NOT NULL, last INTEGER NOT NULL, length INTEGER NOT NULL,
                records INTEGER NOT NULL, data BLOB NOT NULL);
            CREATE INDEX flow_chunk_time ON flow_chunk (length, first);
            CREATE INDEX flow_chunk_end ON flow_chunk (last);
            CREATE INDEX flow_chunk_small ON flow_chunk (number) WHERE records < 2500;
            CREATE TABLE resource (kind TEXT NOT NULL, id TEXT NOT NULL, json TEXT NOT NULL, PRIMARY KEY (kind, id)) WITHOUT ROWID;
            """),
        new(2, """
            CREATE TABLE metric_chunk (
                number INTEGER PRIMARY KEY AUTOINCREMENT, first INTEGER NOT NULL, last INTEGER NOT NULL, stored_at INTEGER NOT NULL,
                samples INTEGER NOT NULL, data BLOB NOT NULL);
            CREATE TABLE metric_series (number INTEGER PRIMARY KEY, path TEXT NOT NULL, element TEXT NOT NULL, UNIQUE (path, element));
            CREATE TABLE metric_block (
                number INTEGER PRIMARY KEY AUTOINCREMENT, series INTEGER NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
                length INTEGER NOT NULL, stored_at INTEGER NOT NULL, samples INTEGER NOT NULL, data BLOB NOT NULL);
            CREATE INDEX metric_block_series ON metric_block (series, length, first);
            CREATE INDEX metric_block_time ON metric_block (length, first);
            CREATE TABLE metric_move (last_chunk INTEGER NOT NULL, path TEXT NOT NULL, element TEXT NOT NULL);
            ALTER TABLE flow_chunk ADD COLUMN stored_at INTEGER;
            DROP INDEX flow_chunk_end;
            CREATE INDEX flow_chunk_age ON flow_chunk (coalesce(stored_at, last));
            """),

        // From here on there are also chunks of flows (their format 3) that older programs cannot read.
        new(3, """
            CREATE TABLE raw_packets (
                number INTEGER PRIMARY KEY AUTOINCREMENT, flow TEXT NOT NULL, first INTEGER NOT NULL, last INTEGER NOT NULL,
                packets INTEGER NOT NULL, stored_at INTEGER NOT NULL, data BLOB NOT NULL);
            CREATE INDEX raw_packets_flow ON raw_packets (flow);
            CREATE TABLE flow_run (run TEXT PRIMARY KEY, sequence INTEGER NOT NULL, stored_at INTEGER NOT NULL) WITHOUT ROWID;
            """),
    ];

    /// <summary>Makes the schema, or brings it up to date.</summary>
    /// <param name="connection">The writing connection, outside of a transaction.</param>
    /// <param name="path">The database, for messages.</param>
    /// <param name="migrations">All steps in order.</param>
    /// <exception cref="HistoryException">The file is another program's, or newer than this version.</exception>
    public static void Prepare(SqliteConnection connection, string path, IReadOnlyList<Migration> migrations)
    {
        long version = SqliteConnections.GetNumber(connection, "PRAGMA user_version");
        bool isEmpty = version == 0 && SqliteConnections.GetNumber(connection, "SELECT count(*) FROM sqlite_master") == 0;
        if (isEmpty)
        {
            // Only possible before the first table; lets space be given back in steps rather than by copying the whole file.
            SqliteConnections.Execute(connection, "PRAGMA auto_vacuum = INCREMENTAL");
        }
        else if (SqliteConnections.GetNumber(connection, "PRAGMA application_id") != ApplicationId)
        {
            throw SqliteErrors.Damaged(path, "it is a SQLite database of another program");
        }

        int newest = migrations[^1].Version;
        if (version > newest)
        {
            throw Newer(path, version, newest);
        }

        string? journal = SqliteConnections.GetText(connection, "PRAGMA journal_mode = WAL");
        if (journal != "wal")
        {
            throw new HistoryException(
                HistoryErrorReason.Inaccessible, $"the file system of {path} cannot hold a write-ahead log (the journal is {journal}): use a directory on a local file system");
        }

        if (version == newest)
        {
            return;
        }

        SqliteConnections.Execute(connection, "BEGIN IMMEDIATE");
        foreach (var migration in migrations.Where(migration => migration.Version > version))
        {
            SqliteConnections.Execute(connection, migration.Sql);
        }

        SqliteConnections.Execute(connection, $"PRAGMA application_id = {ApplicationId}; PRAGMA user_version = {newest}; COMMIT");
    }

    /// <summary>Makes sure that a database can be read as it is.</summary>
    /// <param name="connection">A connection.</param>
    /// <param name="path">The database, for messages.</param>
    /// <exception cref="HistoryException">The file is another program's, or of another version.</exception>
    public static void CheckVersion(SqliteConnection connection, string path)
    {
        if (SqliteConnections.GetNumber(connection, "PRAGMA application_id") != ApplicationId)
        {
            throw SqliteErrors.Damaged(path, "it is a SQLite database of another program");
        }

        long version = SqliteConnections.GetNumber(connection, "PRAGMA user_version");
        int newest = Migrations[^1].Version;
        if (version > newest)
        {
            throw Newer(path, version, newest);
        }

        if (version < newest)
        {
            throw new HistoryException(
                HistoryErrorReason.OlderSchema,
                $"the history database {path} has schema version {version}, and this version reads version {newest}: start the service once, or compact the database, "
                + "to bring it up to date");
        }
    }

    private static HistoryException Newer(string path, long version, int newest) => new(
        HistoryErrorReason.NewerSchema,
        $"the history database {path} has schema version {version}, and this version of the service knows versions up to {newest}: use the version of the service "
        + "that wrote it, or a directory of its own");
}
