using Microsoft.Data.Sqlite;
using Skydive.Contracts.Metadata;
using Skydive.Storage.Sqlite;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Sqlite;

public sealed class HistoryArchiveTests : IDisposable
{
    private readonly TemporaryDirectory _directory = new();

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Read_WhileTheServiceWrites_IsTheStateOfTheOpening()
    {
        await using var store = HistoryStore.Open(new() { Directory = _directory.Path });
        await store.AppendAsync(Make.Batch(Make.Node("n", 1)), None);
        await store.AppendMetricsAsync([MakeMetrics.Sample("n", 1, 2)], None);
        using var archive = HistoryArchive.Open(_directory.Path);
        for (int i = 2; i < 50; i++)
        {
            // With keys that the archive does not know.
            await store.AppendAsync(Make.Batch(Make.Node("n", 1, i, i).With(MetadataMap.Create(($"New{i}", i)))), None);
            await store.AppendFlowsAsync([Make.Flow($"{i:x}", i, i)], None);
        }

        Assert.Equal(1, Assert.Single(archive.ReadRevisions(new(0, 100))).Revision);
        Assert.Empty(archive.ReadFlows(new(0, 100)));
        Assert.Single(archive.ReadMetrics(new(0, 100)));
        Assert.Empty(archive.Check(None));
        using var later = HistoryArchive.Open(_directory.Path);
        Assert.Equal(49, later.ReadRevisions(new(0, 100)).Count());
        Assert.Equal(48, later.ReadFlows(new(0, 100)).Count());
        Assert.Equal(11, later.ReadRevisions(new(10, 20)).Count(static element => element.UpdatedAt >= 10));
        Assert.Empty(later.Check(None));
        Assert.Equal("running", store.GetStatus().Status);
    }

    [Fact]
    public async Task ReadMetrics_AtEveryStepOfAMove_AreAllThereOnce()
    {
        var time = new ManualTime(1_000_000);
        var random = new Random(2);
        await using var store = SqliteHistoryStore.Open(new() { Directory = _directory.Path }, time);
        for (int round = 0; round < 20; round++)
        {
            await store.AppendMetricsAsync([.. Enumerable.Range(0, 1000).Select(i => MakeMetrics.Interface(i, 1_000_000 + (round * 30_000), random))], None);
        }

        // More series than one step takes.
        int expected = 20_000;
        var compacting = store.CompactAsync(isThorough: true, None);
        while (!compacting.IsCompleted)
        {
            using var archive = HistoryArchive.Open(_directory.Path);
            Assert.Equal(expected, archive.ReadMetrics(new(0, long.MaxValue)).Count());
            Assert.Equal(expected, (await store.SearchMetricsAsync(new() { Path = "LastUpdateMetric", Slice = new(0, long.MaxValue) }, None)).Count);
        }

        await compacting;
        Assert.Equal(expected, HistoryArchive.Open(_directory.Path).ReadMetrics(new(0, long.MaxValue)).Count());
        Assert.Equal((1000, 0), (Ask("SELECT count(*) FROM metric_block"), Ask("SELECT count(*) FROM metric_chunk")));
        Assert.Empty(await store.CheckAsync(None));
    }

    [Fact]
    public async Task Open_OtherVersion_SaysWhatHelps()
    {
        await HistoryStore.Open(new() { Directory = _directory.Path }).DisposeAsync();
        Execute("PRAGMA user_version = 1");
        Assert.Equal(HistoryErrorReason.OlderSchema, Assert.Throws<HistoryException>(() => HistoryArchive.Open(_directory.Path)).Reason);
        Execute("PRAGMA user_version = 1000");
        Assert.Equal(HistoryErrorReason.NewerSchema, Assert.Throws<HistoryException>(() => HistoryArchive.Open(_directory.Path)).Reason);
        Execute("PRAGMA application_id = 7");
        Assert.Equal(HistoryErrorReason.Damaged, Assert.Throws<HistoryException>(() => HistoryArchive.Open(_directory.Path)).Reason);
        Assert.Equal(HistoryErrorReason.Inaccessible, Assert.Throws<HistoryException>(() => HistoryArchive.Open(_directory.Path + "/nothing")).Reason);
    }

    [Theory]
    [InlineData("UPDATE revision SET valid_to = valid_to - 5 WHERE number = 1", "gap")]
    [InlineData("UPDATE revision SET valid_to = valid_to + 5 WHERE number = 1", "overlap")]
    [InlineData("UPDATE revision SET valid_to = 0 WHERE number = 1", "ends before it begins")]
    [InlineData("UPDATE revision SET length = 3 WHERE number = 1", "not found by its time")]
    [InlineData("UPDATE revision SET is_deleted = 1 WHERE valid_to IS NULL", "has not ended")]
    [InlineData("DELETE FROM element", "its element is missing")]
    [InlineData("UPDATE base SET element = 99", "that of another element")]
    [InlineData("UPDATE flow_chunk SET last = last + 1", "another time")]
    [InlineData("UPDATE flow_chunk SET records = records + 1", "instead of")]
    [InlineData("UPDATE metric_block SET last = last + 1", "another time")]
    [InlineData("UPDATE metric_block SET length = length + 1", "another time")]
    [InlineData("UPDATE metric_block SET data = substr(data, 1, length(data) - 1)", "metric block")]
    [InlineData("DELETE FROM metric_series", "its series is missing")]
    [InlineData("UPDATE resource SET json = '{'", "no JSON")]
    public async Task Check_WhatDoesNotFit_IsNamed(string damage, string expected)
    {
        await using (var store = SqliteHistoryStore.Open(new() { Directory = _directory.Path }))
        {
            await store.AppendAsync(Make.Batch(Make.Node("n", 100), Make.Node("n", 100, 200, 2), Make.Node("n", 100, 300, 3)), None);
            await store.AppendFlowsAsync([Make.Flow("1", 100, 200)], None);
            await store.AppendMetricsAsync([MakeMetrics.Sample("n", 100, 200)], None);
            await store.PutResourceAsync("capture", "a", "{}", None);
            await store.CompactAsync(isThorough: true, None);
            Assert.Empty(await store.CheckAsync(None));
        }

        Execute(damage);
        using var archive = HistoryArchive.Open(_directory.Path);
        var faults = archive.Check(None);
        Assert.Contains(faults, fault => fault.Contains(expected, StringComparison.Ordinal));
    }

    private void Execute(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_directory.DatabasePath};Pooling=False");
        connection.Open();
        SqliteConnections.Execute(connection, sql);
    }

    private long Ask(string sql)
    {
        using var connection = new SqliteConnection($"Data Source={_directory.DatabasePath};Pooling=False");
        connection.Open();
        return SqliteConnections.GetNumber(connection, sql);
    }
}
