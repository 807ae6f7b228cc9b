using Microsoft.Data.Sqlite;
using Skydive.Contracts.Metadata;
using Skydive.Contracts.Queries;
using Skydive.Storage.Sqlite;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Sqlite;

public sealed class WriteQueueTests : IAsyncDisposable
{
    private readonly TemporaryDirectory _directory = new();
    private readonly SqliteConnection _connection;
    private readonly KeyDictionary _keys;
    private readonly GraphWriter _graph;
    private readonly WriteQueue _queue;

    public WriteQueueTests()
    {
        SqliteLibrary.EnsureLoaded();
        using (new FileStream(_directory.DatabasePath, FileMode.CreateNew))
        {
        }

        _connection = SqliteConnections.OpenWriter(_directory.DatabasePath);
        Schema.Prepare(_connection, _directory.DatabasePath, Schema.Migrations);
        _keys = new(_connection);
        _graph = new(_connection, new(_keys));
        _queue = new(_connection, _directory.DatabasePath, isCommitted =>
        {
            if (isCommitted)
            {
                _keys.Commit();
            }
            else
            {
                _keys.Rollback();
                _graph.Forget();
            }
        });
    }

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _queue.DisposeAsync();
        _graph.Dispose();
        _keys.Dispose();
        await _connection.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Write_OneOfAGroupFails_TheOthersAreKept()
    {
        int commitsBefore = await CountAsync();
        var (first, bad, second) = await InOneGroupAsync(
            () => Insert("a"), static () => throw new InvalidDataException("a bad row"), () => Insert("b"));
        Assert.True(await first);
        Assert.True(await second);
        Assert.Contains("a bad row", (await Assert.ThrowsAsync<HistoryException>(() => bad)).Message, StringComparison.Ordinal);
        Assert.Equal(commitsBefore + 2, await CountAsync());
        Assert.Equal(1, _queue.FailedWrites);
    }

    [Fact]
    public async Task Write_SeveralWait_ShareOneTransaction()
    {
        // The second sees that the transaction of the first is still open, and how much it changed.
        var (first, second, third) = await InOneGroupAsync(
            () => SQLitePCL.raw.sqlite3_get_autocommit(_connection.Handle) == 0 && Insert("a"),
            () => SQLitePCL.raw.sqlite3_total_changes(_connection.Handle) == 1,
            () => !IsCommitted("a"));
        Assert.True(await first);
        Assert.True(await second);
        Assert.True(await third);
        Assert.True(IsCommitted("a"));
    }

    [Fact]
    public async Task Write_Durable_IsSynchronisedAtOnceAndTheNextIsNot()
    {
        long Synchronous() => SqliteConnections.GetNumber(_connection, "PRAGMA synchronous");
        Assert.Equal(2, await _queue.WriteAsync(Synchronous, None, isDurable: true));
        Assert.Equal(1, await _queue.WriteAsync(Synchronous, None));
    }

    [Fact]
    public async Task Write_CancelledWhileItWaits_IsNotDone()
    {
        using var cancellation = new CancellationTokenSource();
        using var release = new ManualResetEventSlim();
        var blocker = _queue.WriteAsync(() => release.Wait(TimeSpan.FromSeconds(30), None), None);
        var waiting = _queue.WriteAsync(() => Insert("a"), cancellation.Token);
        await cancellation.CancelAsync();
        release.Set();
        Assert.True(await blocker);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        Assert.Equal(0, await CountAsync());
    }

    [Fact]
    public async Task Dispose_WritesWait_DoesThemFirst()
    {
        var writes = Enumerable.Range(0, 200).Select(i => _queue.WriteAsync(() => Insert($"{i}"), None)).ToList();
        await _queue.DisposeAsync();
        Assert.All(await Task.WhenAll(writes), Assert.True);
        Assert.Equal(200, SqliteConnections.GetNumber(_connection, "SELECT count(*) FROM resource"));
        Assert.Equal(HistoryErrorReason.Closed, (await Assert.ThrowsAsync<HistoryException>(() => _queue.WriteAsync(() => Insert("late"), None))).Reason);
    }

    [Fact]
    public async Task Write_RolledBack_TakesNewKeysAndBasesWithIt()
    {
        var node = Make.Node("n", 1).With(MetadataMap.Create(("OnlyInTheBadBatch", 1)));
        await Assert.ThrowsAsync<HistoryException>(() => _queue.WriteAsync<bool>(
            () =>
            {
                _graph.Append([node]);
                throw new InvalidDataException("after the key was added");
            },
            None));
        var other = Make.Node("m", 1).With(MetadataMap.Create(("Another", 1)));
        foreach (var element in new[] { other, node, node.With(MetadataMap.Create(("OnlyInTheBadBatch", 2)), 2, 2) })
        {
            await _queue.WriteAsync(
                () =>
                {
                    _graph.Append([element]);
                    return true;
                },
                None);
        }

        using var reader = SqliteConnections.OpenReader(_directory.DatabasePath);
        using var keys = new KeyDictionary(reader);
        var read = GraphReader.Read(reader, new(keys), new TimeSlice(0, 10), new(), None);
        Assert.Equal(["m 1 {\"Another\":1}", "n 1 {\"OnlyInTheBadBatch\":1}", "n 2 {\"OnlyInTheBadBatch\":2}"], read.Nodes.Select(static n => $"{n.Id} {n.Revision} {n.Metadata}").Order());
    }

    private async Task<(Task<bool> First, Task<bool> Second, Task<bool> Third)> InOneGroupAsync(Func<bool> first, Func<bool> second, Func<bool> third)
    {
        using var started = new SemaphoreSlim(0);
        using var release = new ManualResetEventSlim();
        var blocker = _queue.WriteAsync(
            () =>
            {
                started.Release();
                return release.Wait(TimeSpan.FromSeconds(30), None);
            },
            None);
        await started.WaitAsync(None);
        var group = (_queue.WriteAsync(first, None), _queue.WriteAsync(second, None), _queue.WriteAsync(third, None));
        release.Set();
        Assert.True(await blocker);
        return group;
    }

    private bool Insert(string id)
    {
        SqliteConnections.Execute(_connection, $"INSERT INTO resource VALUES ('k', '{id}', '')");
        return true;
    }

    private bool IsCommitted(string id)
    {
        using var connection = SqliteConnections.OpenReader(_directory.DatabasePath);
        return SqliteConnections.GetNumber(connection, $"SELECT count(*) FROM resource WHERE id = '{id}'") == 1;
    }

    private Task<int> CountAsync() => _queue.WriteAsync(() => (int)SqliteConnections.GetNumber(_connection, "SELECT count(*) FROM resource"), None);
}
