using System.Collections.Concurrent;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Skydive.Storage.Sqlite;

/// <summary>
/// Connections for reading, few and used again. In the write-ahead log's mode they neither wait for the writer nor hold it up; each query
/// sees the state of its beginning. Who finds all of them busy waits.
/// </summary>
internal sealed class ReaderPool(string path) : IAsyncDisposable
{
    private const int MaximumCount = 4;

    private readonly SemaphoreSlim _free = new(MaximumCount);
    private readonly ConcurrentBag<SqliteConnection> _idle = [];
    private volatile bool _isClosed;

    /// <summary>Reads in a thread of the pool.</summary>
    /// <typeparam name="T">The answer.</typeparam>
    /// <param name="body">Reads.</param>
    /// <param name="cancellationToken">Ends the reading, in the middle of a statement too.</param>
    /// <exception cref="HistoryException">The database could not be read, or makes no sense.</exception>
    /// <exception cref="OperationCanceledException">It was cancelled.</exception>
    public async Task<T> ReadAsync<T>(Func<SqliteConnection, T> body, CancellationToken cancellationToken)
    {
        await _free.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            if (_isClosed)
            {
                throw new HistoryException(HistoryErrorReason.Closed, "the history store is closed");
            }

            return await Task.Run(() => Read(body, cancellationToken), cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _free.Release();
        }
    }

    /// <summary>Waits for what is being read, then closes the connections.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_isClosed)
        {
            return;
        }

        _isClosed = true;
        for (int i = 0; i < MaximumCount; i++)
        {
            await _free.WaitAsync().ConfigureAwait(false);
        }

        while (_idle.TryTake(out var connection))
        {
            connection.Dispose();
        }

        // Whoever waits now is told that the store is closed.
        _free.Release(MaximumCount);
    }

    private T Read<T>(Func<SqliteConnection, T> body, CancellationToken cancellationToken)
    {
        SqliteConnection? connection = null;
        try
        {
            if (!_idle.TryTake(out connection))
            {
                connection = SqliteConnections.OpenReader(path);
            }

            T answer;
            using (cancellationToken.Register(() => raw.sqlite3_interrupt(connection.Handle)))
            {
                answer = body(connection);
            }

            // A connection that met an error is not used again.
            _idle.Add(connection);
            connection = null;
            return answer;
        }
        catch (Exception e) when (SqliteErrors.IsExpected(e))
        {
            if (SqliteErrors.IsInterrupt(e))
            {
                cancellationToken.ThrowIfCancellationRequested();
            }

            throw SqliteErrors.Translate(e, path);
        }
        finally
        {
            connection?.Dispose();
        }
    }
}
