using Microsoft.Data.Sqlite;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Contracts.Topology;
using Skydive.Flows.Encoding;
using Skydive.Storage.Encoding;
using Skydive.Storage.Sqlite;
using Skydive.Storage.Tests.Encoding;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Sqlite;

/// <summary>Databases that older versions wrote are opened with everything in them.</summary>
public sealed class MigrationTests : IDisposable
{
    /// <summary>What version 1 made; it never changes.</summary>
    private const string Version1 = """
        PRAGMA auto_vacuum = INCREMENTAL;
        PRAGMA journal_mode = WAL;
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
        PRAGMA application_id = 1399552328;
        PRAGMA user_version = 1;
        """;

    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Open_DatabaseOfVersion1_FindsEverythingInIt()
    {
        Node[] revisions = [Make.Interface(1, 1000), Make.Interface(1, 1000, 2000, 2, "DOWN")];
        var edge = Make.Edge("e", revisions[0].Id, "other", 1500, deletedAt: 2500);
        var flows = Make.Flows(300, 1, 1_000_000);
        WriteVersion1(revisions, edge, flows);
        var time = new ManualTime(1_000_000 + (2 * 86_400_000));
        await using (var store = HistoryStore.Open(new() { Directory = _directory.Path }, time))
        {
            Assert.Empty(await store.CheckAsync(None));
            var view = await store.GetGraphAsync(new(0, 10_000), None);
            Assert.Equal([revisions[0].With(archivedAt: 2000).Describe(), revisions[1].Describe()], view.GetNodes().Select(ViewExtensions.Describe));
            Assert.Equal(edge.With(deletedAt: 2500, archivedAt: 2500).Describe(), Assert.Single(view.GetEdges()).Describe());
            Assert.Equal(revisions[1].Describe(), Assert.Single((await store.GetLiveElementsAsync(None)).Nodes).Describe());
            Assert.Equal(
                flows.OrderBy(static flow => flow.UUID, StringComparer.Ordinal),
                (await store.SearchFlowsAsync(new() { Slice = new(0, 2_000_000) }, None)).OrderBy(static flow => flow.UUID, StringComparer.Ordinal));
            Assert.Equal([new("c1", "{\"a\":1}")], await store.GetResourcesAsync("capture", None));

            // Old and new live together.
            await store.AppendAsync(Make.Batch(Make.Interface(1, 1000, 3000, 3)), None);
            await store.AppendFlowsAsync([Make.Flow("new", 5, 6)], None);
            await store.AppendMetricsAsync([MakeMetrics.Sample("n", 1, 2)], None);
            var run = Guid.NewGuid();
            await store.AppendFlowsAsync(
                new FlowAppend
                {
                    Packets = [new("new", [new() { Timestamp = 5, Index = 1, LinkType = 1, Data = [1, 2, 3] }])],
                    Progress = [new(run, 9)],
                },
                None);
            Assert.Equal(9, await store.GetFlowProgressAsync(run, None));
            Assert.Single(await store.SearchRawPacketsAsync(new() { FlowUUIDs = ["new"] }, None));
            Assert.Equal([1, 2, 3], (await store.GetGraphAsync(new(0, 10_000), None)).GetNodes().Select(static node => node.Revision));
            Assert.Equal(301, (await store.SearchFlowsAsync(new(), None)).Count);
            await store.CompactAsync(None);
            Assert.Equal(301, (await store.SearchFlowsAsync(new(), None)).Count);
        }

        // Of the old flows it is not known when they came: they go by their last packet, as they always did.
        await using var again = HistoryStore.Open(new() { Directory = _directory.Path, MaximumAge = TimeSpan.FromHours(1) }, time);
        while (await again.PruneAsync(None))
        {
        }

        Assert.Equal("new", Assert.Single(await again.SearchFlowsAsync(new(), None)).UUID);
        Assert.Empty(await again.CheckAsync(None));
    }

    private void WriteVersion1(Node[] revisions, Edge edge, IReadOnlyList<Contracts.Flows.Flow> flows)
    {
        SqliteLibrary.EnsureLoaded();
        using var connection = new SqliteConnection($"Data Source={_directory.DatabasePath};Pooling=False");
        connection.Open();
        SqliteConnections.Execute(connection, Version1);
        var keys = new FixedKeys(100);
        var codec = new MetadataCodec(keys);
        byte[] nodeBase = codec.Encode(revisions[0].Metadata);
        byte[] changes = codec.EncodeChanges(revisions[0].Metadata, revisions[1].Metadata);
        byte[] edgeBase = codec.Encode(edge.Metadata);
        using (var key = new Statement(connection, "INSERT INTO metadata_key (number, text) VALUES ($0, $1)", 2))
        {
            for (uint number = 1; keys.Find(number) is { } text; number++)
            {
                key.Run((long)number, text);
            }
        }

        using (var element = new Statement(connection, "INSERT INTO element (kind, id) VALUES ($0, $1)", 2))
        {
            element.Run(0L, revisions[0].Id);
            element.Run(1L, edge.Id);
        }

        using (var add = new Statement(connection, "INSERT INTO base (element, host, origin, parent, child, metadata) VALUES ($0, $1, $2, $3, $4, $5)", 6))
        {
            add.Run(1L, revisions[0].Host, revisions[0].Origin, default, default, nodeBase);
            add.Run(2L, edge.Host, edge.Origin, edge.Parent, edge.Child, edgeBase);
        }

        using (var add = new Statement(
            connection,
            "INSERT INTO revision (element, base, created_at, revision, valid_from, valid_to, is_deleted, length, changes) VALUES ($0, $1, $2, $3, $4, $5, $6, $7, $8)",
            9))
        {
            // The length class is the number of bits of the length; 65 is that of what has not ended.
            add.Run(1L, 1L, 1000L, 1L, 1000L, 2000L, 0L, 10L, Array.Empty<byte>());
            add.Run(1L, 1L, 1000L, 2L, 2000L, default, 0L, 65L, changes);
            add.Run(2L, 2L, 1500L, 1L, 1500L, 2500L, 1L, 10L, Array.Empty<byte>());
        }

        using (var add = new Statement(connection, "INSERT INTO flow_chunk (first, last, length, records, data) VALUES ($0, $1, $2, $3, $4)", 5))
        {
            foreach (var chunk in flows.Chunk(10))
            {
                long first = chunk.Min(static flow => flow.Start), last = chunk.Max(static flow => flow.Last);
                add.Run(first, last, (long)(64 - long.LeadingZeroCount(last - first)), (long)chunk.Length, FlowChunk.Encode(chunk));
            }
        }

        using var put = new Statement(connection, "INSERT INTO resource (kind, id, json) VALUES ($0, $1, $2)", 3);
        put.Run("capture", "c1", "{\"a\":1}");
    }
}
