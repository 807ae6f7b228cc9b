using Skydive.Storage.Sqlite;
using Skydive.Storage.Tests.Support;

namespace Skydive.Storage.Tests.Sqlite;

public sealed class ReaderPoolTests : IAsyncDisposable
{
    private const string Endless = "WITH RECURSIVE n (x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n";

    private readonly TemporaryDirectory _directory = new();
    private readonly ReaderPool _pool;

    public ReaderPoolTests()
    {
        SqliteLibrary.EnsureLoaded();
        using (new FileStream(_directory.DatabasePath, FileMode.CreateNew))
        {
        }

        _pool = new(_directory.DatabasePath);
    }

    private static CancellationToken None => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _pool.DisposeAsync();
        _directory.Dispose();
    }

    [Fact]
    public async Task Read_Cancelled_EndsInTheMiddleOfAStatement()
    {
        for (int i = 0; i < 10; i++)
        {
            using var cancellation = new CancellationTokenSource();
            var endless = _pool.ReadAsync(
                connection =>
                {
                    cancellation.CancelAfter(10);
                    return SqliteConnections.GetNumber(connection, Endless);
                },
                cancellation.Token);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless.WaitAsync(TimeSpan.FromSeconds(30), None));
        }

        Assert.Equal(7, await _pool.ReadAsync(static connection => SqliteConnections.GetNumber(connection, "SELECT 7"), None));
    }

    [Fact]
    public async Task Read_Writes_AreRefused()
    {
        var error = await Assert.ThrowsAsync<HistoryException>(() => _pool.ReadAsync(
            static connection => SqliteConnections.GetNumber(connection, "CREATE TABLE x (y)"), None));
        Assert.Equal(HistoryErrorReason.Inaccessible, error.Reason);
    }

    [Fact]
    public async Task Dispose_ReadsGoOn_WaitsForThemAndRefusesOthers()
    {
        using var cancellation = new CancellationTokenSource();
        using var started = new SemaphoreSlim(0);
        var reads = Enumerable.Range(0, 4).Select(_ => _pool.ReadAsync(
            connection =>
            {
                started.Release();
                return SqliteConnections.GetNumber(connection, Endless);
            },
            cancellation.Token)).ToList();
        for (int i = 0; i < 4; i++)
        {
            await started.WaitAsync(None);
        }

        var waiting = _pool.ReadAsync(static connection => SqliteConnections.GetNumber(connection, "SELECT 7"), None);
        var dispose = _pool.DisposeAsync().AsTask();
        Assert.False(dispose.IsCompleted);
        await cancellation.CancelAsync();
        await dispose;
        foreach (var read in reads)
        {
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => read);
        }

        Assert.Equal(HistoryErrorReason.Closed, (await Assert.ThrowsAsync<HistoryException>(() => waiting)).Reason);
        Assert.Equal(HistoryErrorReason.Closed, (await Assert.ThrowsAsync<HistoryException>(() => _pool.ReadAsync(static _ => 1, None))).Reason);
    }
}
