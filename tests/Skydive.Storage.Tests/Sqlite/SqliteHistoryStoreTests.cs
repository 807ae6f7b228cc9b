using System.Globalization;
using Microsoft.Data.Sqlite;
using Skydive.Contracts.Flows;
using Skydive.Contracts.Queries;
using Skydive.Storage.Sqlite;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Sqlite;

public sealed class SqliteHistoryStoreTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    private HistoryStoreOptions Options => new() { Directory = _directory.Path };

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Open_AfterDispose_AnswersAsBefore()
    {
        IReadOnlyList<string> before;
        await using (var store = HistoryStore.Open(Options))
        {
            await FillAsync(store);
            before = (await store.GetGraphAsync(new(0, long.MaxValue), None)).Describe();
        }

        await using var again = HistoryStore.Open(Options);
        Assert.Equal(before, (await again.GetGraphAsync(new(0, long.MaxValue), None)).Describe());
        Assert.Equal(100, (await again.SearchFlowsAsync(new(), None)).Count);
        Assert.Equal([new("a", "{}")], await again.GetResourcesAsync("capture", None));
        Assert.Empty(await again.CheckAsync(None));
    }

    [Fact]
    public async Task TrimMemory_BetweenChanges_ChangesNothingElse()
    {
        await using var store = HistoryStore.Open(Options);
        await store.AppendAsync(Make.Batch(Make.Node("a", 1), Make.Node("b", 1)), None);
        await store.TrimMemoryAsync(None);
        await store.AppendAsync(Make.Batch(Make.Node("a", 1, 2, 2, "eth1"), Make.Node("a", 1, 3, 3, "eth2"), Make.Node("b", 1, 1, 1, deletedAt: 4)), None);

        Assert.Equal(["eth2"], (await store.GetLiveElementsAsync(None)).Nodes.Select(static node => node.Name));
        Assert.Equal(4, (await store.GetStatisticsAsync(None)).Revisions);
        Assert.Empty(await store.CheckAsync(None));
    }

    [Fact]
    public async Task Open_NewDirectory_IsForTheOwnerOnly()
    {
        string path = Path.Combine(_directory.Path, "a", "history");
        await using var store = HistoryStore.Open(Options with { Directory = path });
        await FillAsync(store);
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(path));
        var files = Directory.GetFiles(path);
        Assert.Equal(["history.db", "history.db-shm", "history.db-wal", "history.lock"], files.Select(Path.GetFileName).Order());
        Assert.All(files, static file => Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file)));
        var status = store.GetStatus();
        Assert.Equal("sqlite", status.Driver);
        Assert.Equal(Path.Combine(path, "history.db"), status.Path);
        Assert.InRange(status.SizeBytes, 10_000, 10_000_000);
    }

    [Fact]
    public async Task Open_TwiceInOneProcess_SaysThatItIsInUse()
    {
        await using var store = HistoryStore.Open(Options);
        var error = Assert.Throws<HistoryException>(() => HistoryStore.Open(Options));
        Assert.Equal(HistoryErrorReason.InUse, error.Reason);
        Assert.Contains(_directory.Path, error.Message, StringComparison.Ordinal);
        await store.AppendAsync(Make.Batch(Make.Node("n", 1)), None);
    }

    [Fact]
    public void Open_DirectoryIsAFile_SaysSo()
    {
        string path = Path.Combine(_directory.Path, "file");
        File.WriteAllText(path, "x");
        var error = Assert.Throws<HistoryException>(() => HistoryStore.Open(Options with { Directory = path }));
        Assert.Equal(HistoryErrorReason.Inaccessible, error.Reason);
        Assert.Contains(path, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_OptionsThatDoNotFit_AreRefused()
    {
        Assert.Equal(HistoryErrorReason.InvalidOptions, Assert.Throws<HistoryException>(() => HistoryStore.Open(new())).Reason);
        Assert.Equal(HistoryErrorReason.InvalidOptions, Assert.Throws<HistoryException>(() => HistoryStore.Open(new() { Driver = "elasticsearch" })).Reason);
    }

    [Fact]
    public void Find_LibraryThatIsNotThere_NamesThePackage()
    {
        var error = Assert.Throws<HistoryException>(() => SqliteLibrary.Find("libskydive-no-such-library.so.0"));
        Assert.Equal(HistoryErrorReason.LibraryMissing, error.Reason);
        Assert.Contains("libsqlite3-0", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task EnsureLoaded_Always_IsTheSystemsLibrary()
    {
        await using var store = HistoryStore.Open(Options);
        Assert.Contains(File.ReadLines("/proc/self/maps"), static line => line.Contains("/libsqlite3.so", StringComparison.Ordinal) && !line.Contains(AppContext.BaseDirectory, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Open_NewerSchema_IsRefusedAndLeftAsItIs()
    {
        await (await OpenAndFillAsync()).DisposeAsync();
        Execute("PRAGMA user_version = 1000");
        byte[] before = await File.ReadAllBytesAsync(_directory.DatabasePath, None);
        var error = Assert.Throws<HistoryException>(() => HistoryStore.Open(Options));
        Assert.Equal(HistoryErrorReason.NewerSchema, error.Reason);
        Assert.Contains("1000", error.Message, StringComparison.Ordinal);
        Assert.Contains(_directory.DatabasePath, error.Message, StringComparison.Ordinal);
        Assert.Equal(before, await File.ReadAllBytesAsync(_directory.DatabasePath, None));
    }

    [Fact]
    public async Task Open_OlderSchema_IsMigratedWithItsData()
    {
        await (await OpenAndFillAsync()).DisposeAsync();
        var migrations = (IReadOnlyList<Migration>)
        [
            .. Schema.Migrations,
            new(Schema.Migrations[^1].Version + 1, "CREATE TABLE extra (x INTEGER); INSERT INTO extra SELECT count(*) FROM revision"),
            new(Schema.Migrations[^1].Version + 2, "ALTER TABLE extra ADD COLUMN y TEXT"),
        ];
        for (int i = 0; i < 2; i++)
        {
            await using var store = SqliteHistoryStore.Open(Options, null, migrations);
            Assert.Equal(100, (await store.SearchFlowsAsync(new(), None)).Count);
        }

        Assert.Equal(Schema.Migrations[^1].Version + 2, Ask("PRAGMA user_version"));
        Assert.Equal(150, Ask("SELECT x FROM extra WHERE y IS NULL"));
    }

    [Fact]
    public async Task Open_MigrationFails_LeavesTheDatabaseAsItWas()
    {
        await (await OpenAndFillAsync()).DisposeAsync();
        int version = Schema.Migrations[^1].Version;
        var migrations = (IReadOnlyList<Migration>)[.. Schema.Migrations, new(version + 1, "CREATE TABLE extra (x INTEGER)"), new(version + 2, "INSERT INTO nowhere VALUES (1)")];
        Assert.Equal(HistoryErrorReason.Failed, Assert.Throws<HistoryException>(() => SqliteHistoryStore.Open(Options, null, migrations)).Reason);
        Assert.Equal(version, Ask("PRAGMA user_version"));
        await using var store = HistoryStore.Open(Options);
        Assert.Equal(100, (await store.SearchFlowsAsync(new(), None)).Count);
    }

    [Fact]
    public void Open_DatabaseOfAnotherProgram_IsRefused()
    {
        Execute("CREATE TABLE things (x INTEGER)");
        var error = Assert.Throws<HistoryException>(() => HistoryStore.Open(Options));
        Assert.Equal(HistoryErrorReason.Damaged, error.Reason);
        Assert.Equal(1, Ask("SELECT count(*) FROM sqlite_master"));
    }

    [Fact]
    public void Open_FileThatIsNoDatabase_IsOneClearError()
    {
        File.WriteAllText(_directory.DatabasePath, new string('x', 10_000));
        var error = Assert.Throws<HistoryException>(() => HistoryStore.Open(Options));
        Assert.Equal(HistoryErrorReason.Damaged, error.Reason);
        Assert.Contains(_directory.DatabasePath, error.Message, StringComparison.Ordinal);
        Assert.Contains("move it", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task ReadDifferences_ByBeginOrByEnd_IsTheSame()
    {
        var random = new Random(3);
        var revisions = new long[20];
        await using (var store = HistoryStore.Open(Options))
        {
            for (int time = 1; time < 2000; time += random.Next(3))
            {
                int index = random.Next(revisions.Length);
                await store.AppendAsync(Make.Batch(Make.Node($"n{index}", 1, time, ++revisions[index])), None);
            }
        }

        using var connection = SqliteConnections.OpenReader(_directory.DatabasePath);
        using var keys = new KeyDictionary(connection);
        for (int question = 0; question < 100; question++)
        {
            long earlier = random.Next(2000), later = earlier + random.Next(1, 1000);
            var byEnd = GraphReader.ReadDifferences(connection, new(keys), earlier, later, Options, int.MaxValue, None);
            var byBegin = GraphReader.ReadDifferences(connection, new(keys), earlier, later, Options, -1, None);
            Assert.Equal(byEnd.Ended.Select(ViewExtensions.Describe).Order(), byBegin.Ended.Select(ViewExtensions.Describe).Order());
            Assert.Equal(byEnd.Begun.Select(ViewExtensions.Describe), byBegin.Begun.Select(ViewExtensions.Describe));
        }
    }

    [Fact]
    public async Task AnyCall_DamagedFile_IsOneClearErrorOrAnAnswer()
    {
        await (await OpenAndFillAsync()).DisposeAsync();
        byte[] whole = await File.ReadAllBytesAsync(_directory.DatabasePath, None);
        var random = new Random(8);
        int errors = 0, found = 0;
        for (int round = 0; round < 100; round++)
        {
            byte[] damaged = (byte[])whole.Clone();
            int begin = random.Next(damaged.Length);
            random.NextBytes(damaged.AsSpan(begin, Math.Min(damaged.Length - begin, 1 << random.Next(12))));
            await File.WriteAllBytesAsync(_directory.DatabasePath, round % 10 == 9 ? damaged[..begin] : damaged, None);
            File.Delete(_directory.DatabasePath + "-wal");
            File.Delete(_directory.DatabasePath + "-shm");
            try
            {
                await using var store = HistoryStore.Open(Options);
                found += (await store.CheckAsync(None)).Count > 0 ? 1 : 0;
                errors += await CallAllAsync(store);
            }
            catch (HistoryException e)
            {
                errors++;
                Assert.Contains(_directory.DatabasePath, e.Message, StringComparison.Ordinal);
            }
        }

        Assert.InRange(errors, 10, 1000);
        Assert.InRange(found, 10, 100);
    }

    [Fact]
    public async Task Append_WhileALongReadGoesOn_IsNotHeldUp()
    {
        await using var store = HistoryStore.Open(Options);
        await FillAsync(store);
        using var connection = SqliteConnections.OpenReader(_directory.DatabasePath);
        SqliteConnections.Execute(connection, "BEGIN");
        long before = SqliteConnections.GetNumber(connection, "SELECT count(*) FROM revision");
        for (int i = 0; i < 50; i++)
        {
            await store.AppendAsync(Make.Batch(Make.Node("fresh", 1, 1000 + i, i + 1)), None).WaitAsync(TimeSpan.FromSeconds(20), None);
        }

        Assert.Equal(before, SqliteConnections.GetNumber(connection, "SELECT count(*) FROM revision"));
        SqliteConnections.Execute(connection, "COMMIT");
        Assert.Equal(before + 50, SqliteConnections.GetNumber(connection, "SELECT count(*) FROM revision"));
    }

    [Fact]
    public async Task GetGraph_WhileWritersWrite_AlwaysSeesWholeBatches()
    {
        await using var store = HistoryStore.Open(Options);
        using var stop = new CancellationTokenSource();
        var writers = Enumerable.Range(0, 3).Select(writer => Task.Run(
            async () =>
            {
                for (int i = 1; i <= 60; i++)
                {
                    await store.AppendAsync(Make.Batch(Make.Node($"a{writer}", 1, i, i), Make.Node($"b{writer}", 1, i, i)), None);
                    await store.AppendFlowsAsync([Make.Flow($"{writer}{i:x3}0", i, i), Make.Flow($"{writer}{i:x3}1", i, i)], None);
                }
            },
            None)).ToArray();
        var readers = Enumerable.Range(0, 3).Select(reader => Task.Run(
            async () =>
            {
                int reads = 0;
                while (!stop.IsCancellationRequested)
                {
                    var view = await store.GetGraphAsync(reader % 2 == 0 ? TimeSlice.At(1000) : new(0, 1000), None);
                    for (int writer = 0; writer < 3; writer++)
                    {
                        Assert.Equal(view.FindNode($"a{writer}")?.Revision, view.FindNode($"b{writer}")?.Revision);
                    }

                    Assert.Equal(0, (await store.SearchFlowsAsync(new(), None)).Count % 2);
                    reads++;
                }

                return reads;
            },
            None)).ToArray();
        await Task.WhenAll(writers);
        await stop.CancelAsync();
        Assert.All(await Task.WhenAll(readers), static reads => Assert.InRange(reads, 1, int.MaxValue));
        Assert.Equal(360, (await store.GetGraphAsync(new(0, 1000), None)).NodeCount);
    }

    [Fact]
    public async Task Prune_BySize_ForgetsTheOldestOfBothUntilItFits()
    {
        const long Limit = 1_500_000;
        await using var store = HistoryStore.Open(Options with { MaximumSizeBytes = Limit, MaximumAge = null });
        for (int i = 0; i < 60; i++)
        {
            await store.AppendAsync(new([.. Enumerable.Range(0, 50).Select(n => Make.Interface(n, 1, 1000 + i, i + 1, $"S{i}"))]), None);
            var packets = new FlowRawPackets($"{i:x}", [new() { Timestamp = i, Index = 1, LinkType = 1, Data = System.Security.Cryptography.RandomNumberGenerator.GetBytes(20_000) }]);
            await store.AppendFlowsAsync(new FlowAppend { Flows = Make.Flows(1000, i, 1_000_000 + (i * 1000)), Packets = [packets] }, None);
        }

        int steps = 1;
        while (await store.PruneAsync(None))
        {
            steps++;
        }

        Assert.InRange(steps, 2, 1000);
        await store.CompactAsync(None);
        Assert.InRange(store.GetStatus().SizeBytes, 1, Limit + 200_000);
        var statistics = await store.GetStatisticsAsync(None);
        Assert.Equal(50, statistics.LiveElements);
        Assert.InRange(statistics.FlowRecords, 1000, 59_000);
        Assert.InRange(statistics.RawPackets, 1, 59);
        Assert.Equal(50, (await store.GetLiveElementsAsync(None)).Nodes.Count(static node => node.Revision == 60));
        Assert.Empty(await store.CheckAsync(None));

        // All that can be forgotten is gone, and what is alive is more than the limit: it ends all the same.
        await store.DisposeAsync();
        await using var tiny = HistoryStore.Open(Options with { MaximumSizeBytes = 1, MaximumAge = null });
        for (steps = 0; await tiny.PruneAsync(None); steps++)
        {
            Assert.InRange(steps, 0, 1000);
        }

        Assert.Equal(50, (await tiny.GetStatisticsAsync(None)).Revisions);
        Assert.Equal((0, 0), ((await tiny.GetStatisticsAsync(None)).FlowRecords, (await tiny.GetStatisticsAsync(None)).RawPackets));
    }

    [Fact]
    public async Task Prune_AllRevisionsOfAnElement_LeavesNothingBehind()
    {
        var time = new ManualTime(1_000_000);
        await using (var store = HistoryStore.Open(Options with { MaximumAge = TimeSpan.FromSeconds(1) }, time))
        {
            for (int i = 0; i < 3; i++)
            {
                await store.AppendAsync(new([.. Enumerable.Range(0, 700).Select(n => Make.Interface(n, 1, 1 + i, i + 1, $"S{i}"))]), None);
            }

            await store.AppendAsync(new([.. Enumerable.Range(0, 700).Select(static n => Make.Interface(n, 1, 3, 3, "S2").With(deletedAt: 5))]), None);
            int steps = 1;
            while (await store.PruneAsync(None))
            {
                steps++;
            }

            Assert.Equal(5, steps);
        }

        Assert.Equal(0, Ask("SELECT (SELECT count(*) FROM revision) + (SELECT count(*) FROM base) + (SELECT count(*) FROM element)"));
    }

    [Fact]
    public async Task Compact_AfterMuchWasForgotten_MakesTheFileSmaller()
    {
        var time = new ManualTime();
        await using var store = HistoryStore.Open(Options with { MaximumAge = TimeSpan.FromSeconds(1) }, time);
        for (int i = 0; i < 10; i++)
        {
            await store.AppendFlowsAsync(Make.Flows(5000, i, 1_000_000), None);
        }

        await store.CompactAsync(None);
        long before = store.GetStatus().SizeBytes;
        time.Milliseconds += 1001;
        while (await store.PruneAsync(None))
        {
        }

        await store.CompactAsync(None);
        Assert.InRange(store.GetStatus().SizeBytes, 1, before / 4);
    }

    [Fact]
    public async Task Compact_ManySmallBatchesOfFlows_PutsThemTogether()
    {
        await using var store = HistoryStore.Open(Options);
        for (int i = 0; i < 300; i++)
        {
            // The same flows again and again, and now and then a large batch in between.
            await store.AppendFlowsAsync([Make.Flow($"{i % 50}", i, 1000 + i, i), Make.Flow($"x{i}", i, 1000 + i, i)], None);
            if (i == 100)
            {
                await store.AppendFlowsAsync(Make.Flows(3000, 1, 1_000_000), None);
            }
        }

        var before = await store.SearchFlowsAsync(new(), None);
        Assert.Equal(301, Ask("SELECT count(*) FROM flow_chunk"));
        var statistics = await store.GetStatisticsAsync(None);
        await Task.WhenAll(store.CompactAsync(None), store.CompactAsync(None));
        Assert.Equal(3, Ask("SELECT count(*) FROM flow_chunk"));
        var after = await store.GetStatisticsAsync(None);
        Assert.Equal(statistics.FlowRecords, after.FlowRecords);
        Assert.Equal(statistics.OldestFlow, after.OldestFlow);
        Assert.InRange(after.FlowBytes, 1, statistics.FlowBytes * 2 / 3);
        Assert.Equal(before, await store.SearchFlowsAsync(new(), None));
        Assert.Equal(2, (await store.SearchFlowsAsync(new() { Slice = new(1299, 2000), Filter = Filter.Equal("Metric.ABPackets", 299) }, None)).Count);
        Assert.Empty(await store.CheckAsync(None));

        // What came later still counts as newer.
        await store.AppendFlowsAsync([Make.Flow("7", 1, 5000, 12345)], None);
        await store.CompactAsync(None);
        Assert.Equal(12345, (await store.SearchFlowsAsync(new() { Filter = Filter.Equal("UUID", "7") }, None))[0].Metric!.ABPackets);
    }

    [Fact]
    public async Task Append_MoreKeysThanTheDictionaryHolds_StillComeBack()
    {
        await using var store = HistoryStore.Open(Options);
        for (int part = 0; part < 8; part++)
        {
            var builder = new Skydive.Contracts.Metadata.MetadataBuilder();
            for (int i = 0; i < 5000; i++)
            {
                builder.Set(string.Create(CultureInfo.InvariantCulture, $"label{part}-{i}"), i);
            }

            var node = Make.Node($"n{part}", 1).With(builder.Build());
            await store.AppendAsync(Make.Batch(node), None);
            Assert.Equal(node.Metadata, (await store.GetGraphAsync(TimeSlice.At(1), None)).FindNode($"n{part}")!.Metadata);
        }

        Assert.Equal(KeyDictionary.MaximumCount, Ask("SELECT count(*) FROM metadata_key"));
    }

    [Fact]
    public async Task SearchFlows_OfOneNode_SkipsChunksWithoutIt()
    {
        await using var store = HistoryStore.Open(Options);
        await store.AppendFlowsAsync([Make.Flow("a", 1, 2, nodeTid: "x")], None);
        await store.AppendFlowsAsync([Make.Flow("b", 1, 2, nodeTid: "y"), Make.Flow("c", 1, 2, nodeTid: "x")], None);
        Assert.Equal(["a", "c"], (await store.SearchFlowsAsync(new() { NodeTIDs = ["x", "z"] }, None)).Select(static flow => flow.UUID));
        Assert.Empty(await store.SearchFlowsAsync(new() { NodeTIDs = [] }, None));
    }

    [Fact]
    public async Task Append_ElementThatTheDatabaseRefuses_IsToldFromAFailure()
    {
        await using var store = HistoryStore.Open(Options);
        var bad = new Contracts.Topology.Node { Id = null!, Metadata = Contracts.Metadata.MetadataMap.Empty, CreatedAt = 1, UpdatedAt = 1 };
        var writes = Enumerable.Range(0, 50).Select(i => store.AppendAsync(i == 25 ? Make.Batch(Make.Node("with", 1), bad) : Make.Batch(Make.Node($"n{i}", 1)), None)).ToList();
        var error = await Assert.ThrowsAsync<HistoryException>(() => writes[25]);
        Assert.Equal(HistoryErrorReason.Refused, error.Reason);
        Assert.False(error.IsRetryable);
        await Task.WhenAll(writes.Where((_, i) => i != 25));
        Assert.Equal(49, (await store.GetLiveElementsAsync(None)).Nodes.Count);
        Assert.Equal("running", store.GetStatus().Status);
        Assert.Equal(1, (await store.GetStatisticsAsync(None)).FailedWrites);
    }

    [Fact]
    public async Task Append_ElementWhoseBaseIsDamaged_IsRefusedAndOthersAreNot()
    {
        await (await OpenAndFillAsync()).DisposeAsync();
        Execute("UPDATE base SET metadata = x'FF' WHERE number = 1");
        await using var store = HistoryStore.Open(Options);
        var error = await Assert.ThrowsAsync<HistoryException>(() => store.AppendAsync(Make.Batch(Make.Interface(0, 1, 10, 10), Make.Interface(1, 1, 10, 10)), None));
        Assert.Equal(HistoryErrorReason.Damaged, error.Reason);
        Assert.False(error.IsRetryable);
        await store.AppendAsync(Make.Batch(Make.Interface(1, 1, 10, 10)), None);
        Assert.Equal("running", store.GetStatus().Status);
    }

    [Fact]
    public async Task AppendFlows_LongTexts_AreKeptInAsManyChunksAsTheyNeed()
    {
        await using var store = HistoryStore.Open(Options);
        await store.AppendFlowsAsync(
            [.. Enumerable.Range(0, 100).Select(i => Make.Flow($"{i + 1:x}", 1, 2) with { Application = $"{i}" + new string((char)('a' + (i % 26)), 500_000) })], None);
        Assert.InRange(Ask("SELECT count(*) FROM flow_chunk"), 2, 100);
        var found = await store.SearchFlowsAsync(new(), None);
        Assert.Equal(100, found.Count);
        Assert.All(found, static flow => Assert.InRange(flow.Application.Length, 500_001, 500_002));

        var error = await Assert.ThrowsAsync<HistoryException>(
            () => store.AppendFlowsAsync([Make.Flow("1", 1, 2), Make.Flow("2", 1, 2) with { Application = new('x', 20 << 20) }], None));
        Assert.Equal(HistoryErrorReason.TooLarge, error.Reason);
        Assert.False(error.IsRetryable);
        Assert.Contains("the flow 2 ", error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("UPDATE base SET host = NULL, metadata = NULL")]
    [InlineData("UPDATE revision SET changes = NULL, created_at = NULL")]
    [InlineData("UPDATE element SET id = NULL; UPDATE element SET kind = NULL WHERE number > 5")]
    [InlineData("UPDATE element SET kind = 'x', id = cast(number AS BLOB); UPDATE base SET host = 1, metadata = 'text'; UPDATE revision SET revision = 'y'")]
    [InlineData("UPDATE element SET kind = 1")]
    [InlineData("UPDATE base SET number = number + 1000")]
    [InlineData("UPDATE metadata_key SET number = number + 1000")]
    [InlineData("UPDATE metadata_key SET text = text || '.x'")]
    [InlineData("UPDATE flow_chunk SET data = NULL, first = NULL, records = NULL")]
    [InlineData("UPDATE flow_chunk SET first = 9223372036854775807, last = -9223372036854775808, length = -1")]
    [InlineData("UPDATE resource SET json = NULL")]
    [InlineData("UPDATE metric_chunk SET data = NULL, first = NULL, samples = NULL")]
    [InlineData("UPDATE metric_chunk SET first = 9223372036854775807, last = -9223372036854775808, stored_at = -9223372036854775808, samples = -1")]
    [InlineData("UPDATE metric_chunk SET data = substr(data, 3), stored_at = 'x'")]
    [InlineData("INSERT INTO metric_move (last_chunk, path, element) VALUES (NULL, NULL, NULL)")]
    [InlineData("INSERT INTO metric_block (series, first, last, length, stored_at, samples, data) VALUES (1, 1, 2, 1, 1, 1, x'00'), (NULL, NULL, NULL, NULL, NULL, NULL, NULL); INSERT INTO metric_series (path, element) VALUES ('LastUpdateMetric', '5fd4e3f1-0b5c-41ae-9b7a-000000000001'), (NULL, NULL)")]
    public async Task AnyCall_RowsThatMakeNoSense_IsOneClearErrorOrAnAnswer(string damage)
    {
        await (await OpenAndFillAsync()).DisposeAsync();
        Execute("PRAGMA writable_schema = ON; UPDATE sqlite_master SET sql = replace(sql, ' NOT NULL', '') WHERE type = 'table'");
        Execute(damage);
        try
        {
            await using var store = HistoryStore.Open(Options);
            await CallAllAsync(store);
            await store.CheckAsync(None);
        }
        catch (HistoryException e)
        {
            Assert.Equal(HistoryErrorReason.Damaged, e.Reason);
        }
    }

    [Fact]
    public async Task Check_DamagedRows_NamesThem()
    {
        await (await OpenAndFillAsync()).DisposeAsync();
        Execute("UPDATE revision SET changes = x'FF' WHERE number = 7; UPDATE revision SET base = 9999 WHERE number = 8; UPDATE flow_chunk SET data = x'00'");
        await using var store = HistoryStore.Open(Options);
        var faults = await store.CheckAsync(None);
        Assert.Equal(3, faults.Count);
        Assert.Contains(faults, static fault => fault.StartsWith("revision 7 ", StringComparison.Ordinal));
        Assert.Contains(faults, static fault => fault.StartsWith("revision 8 ", StringComparison.Ordinal));
        Assert.Contains(faults, static fault => fault.StartsWith("flow chunk ", StringComparison.Ordinal));
        Assert.Equal(HistoryErrorReason.Damaged, (await Assert.ThrowsAsync<HistoryException>(() => store.SearchFlowsAsync(new(), None))).Reason);
    }

    /// <summary>Calls everything; whatever fails must do so with one clear error.</summary>
    private async Task<int> CallAllAsync(IHistoryStore store)
    {
        Func<Task>[] calls =
        [
            () => store.GetGraphAsync(new(0, long.MaxValue), None),
            () => store.GetLiveElementsAsync(None),
            () => store.SearchFlowsAsync(new(), None),
            () => store.GetResourcesAsync("capture", None),
            () => store.SearchMetricsAsync(new() { Path = "LastUpdateMetric", Slice = new(0, long.MaxValue) }, None),
            () => store.SearchMetricsAsync(new() { Path = "LastUpdateMetric", Slice = TimeSlice.At(long.MaxValue), ElementIds = [MakeMetrics.Uuid(1)] }, None),
            () => store.AppendMetricsAsync([MakeMetrics.Sample("x", 1, 2)], None),
            () => store.GetStatisticsAsync(None),
            () => store.AppendAsync(new([.. Enumerable.Range(0, 50).Select(static n => Make.Interface(n, 1, 10, 10, "DOWN"))]), None),
            () => store.AppendFlowsAsync([Make.Flow("x", 1, 2)], None),
            () => store.CloseAllAsync([Make.Origin], 1000, None),
            () => store.PruneAsync(None),
            () => store.CompactAsync(None),
        ];
        int errors = 0;
        foreach (var call in calls)
        {
            try
            {
                await call();
            }
            catch (HistoryException e)
            {
                errors++;
                Assert.True(e.Reason is HistoryErrorReason.Damaged or HistoryErrorReason.Failed or HistoryErrorReason.Refused, e.ToString());
                Assert.Contains(_directory.DatabasePath, e.Message, StringComparison.Ordinal);
            }
        }

        return errors;
    }

    private static async Task FillAsync(IHistoryStore store)
    {
        for (int i = 1; i <= 3; i++)
        {
            await store.AppendAsync(new([.. Enumerable.Range(0, 50).Select(n => Make.Interface(n, 1, i, i, $"S{i}"))]), None);
        }

        await store.AppendFlowsAsync(Make.Flows(100, 1, 1_000_000), None);
        var random = new Random(1);
        await store.AppendMetricsAsync([.. Enumerable.Range(0, 50).Select(n => MakeMetrics.Interface(n, 1000, random))], None);
        await store.PutResourceAsync("capture", "a", "{}", None);
    }

    private async Task<IHistoryStore> OpenAndFillAsync()
    {
        var store = HistoryStore.Open(Options);
        await FillAsync(store);
        return store;
    }

    private void Execute(string sql)
    {
        SqliteLibrary.EnsureLoaded();
        using var connection = new SqliteConnection($"Data Source={_directory.DatabasePath};Pooling=False");
        connection.Open();
        SqliteConnections.Execute(connection, sql);
    }

    private long Ask(string sql)
    {
        SqliteLibrary.EnsureLoaded();
        using var connection = new SqliteConnection($"Data Source={_directory.DatabasePath};Pooling=False");
        connection.Open();
        return SqliteConnections.GetNumber(connection, sql);
    }
}
