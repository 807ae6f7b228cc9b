using System.Threading.Channels;
using Microsoft.Data.Sqlite;
using SQLitePCL;

namespace Skydive.Storage.Sqlite;

/// <summary>
/// The one writer: a thread with a connection of its own that takes requests in order and commits those that wait together. When a group
/// fails, each of its requests is tried on its own, so that one bad request does not take others with it. The queue is bounded; who
/// writes faster than the disk waits.
/// </summary>
internal sealed class WriteQueue : IAsyncDisposable
{
    /// <summary>How many requests may wait.</summary>
    private const int Capacity = 256;

    /// <summary>How many requests one transaction takes, so that the first of them does not wait long for the last.</summary>
    private const int MaximumGroup = 64;

    private readonly SqliteConnection _connection;
    private readonly string _path;
    private readonly Action<bool> _transactionEnded;
    private readonly Statement _begin;
    private readonly Statement _commit;
    private readonly Statement _rollback;
    private readonly Channel<WriteRequest> _queue = Channel.CreateBounded<WriteRequest>(new BoundedChannelOptions(Capacity) { SingleReader = true });
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _failedWrites;
    private volatile string? _lastError;

    /// <summary>Starts the thread.</summary>
    /// <param name="connection">The connection that belongs to it from now on.</param>
    /// <param name="path">The database, for messages.</param>
    /// <param name="transactionEnded">Called in the thread after each commit (true) and rollback (false).</param>
    public WriteQueue(SqliteConnection connection, string path, Action<bool> transactionEnded)
    {
        _connection = connection;
        _path = path;
        _transactionEnded = transactionEnded;
        _begin = new(connection, "BEGIN IMMEDIATE");
        _commit = new(connection, "COMMIT");
        _rollback = new(connection, "ROLLBACK");
        new Thread(RunLoop) { Name = "history writer", IsBackground = true }.Start();
    }

    /// <summary>How many requests failed.</summary>
    public long FailedWrites => Interlocked.Read(ref _failedWrites);

    /// <summary>What the last request failed with; null when it did not.</summary>
    public string? LastError => _lastError;

    /// <summary>Has something done in a transaction.</summary>
    /// <typeparam name="T">The result.</typeparam>
    /// <param name="body">Does it, in the writer's thread; may be called again after a rollback.</param>
    /// <param name="cancellationToken">Gives it up while it has not begun.</param>
    /// <param name="isDurable">Whether it must survive the loss of power.</param>
    /// <exception cref="HistoryException">It failed, and nothing of it was kept.</exception>
    public Task<T> WriteAsync<T>(Func<T> body, CancellationToken cancellationToken, bool isDurable = false) =>
        EnqueueAsync(new WriteRequest<T>(body, isInTransaction: true, isDurable, cancellationToken));

    /// <summary>Has something done that cannot be part of a transaction.</summary>
    /// <typeparam name="T">The result.</typeparam>
    /// <param name="body">Does it, in the writer's thread.</param>
    /// <param name="cancellationToken">Gives it up while it has not begun.</param>
    /// <exception cref="HistoryException">It failed.</exception>
    public Task<T> RunAsync<T>(Func<T> body, CancellationToken cancellationToken) =>
        EnqueueAsync(new WriteRequest<T>(body, isInTransaction: false, isDurable: false, cancellationToken));

    /// <summary>Does what waits, then ends the thread.</summary>
    public async ValueTask DisposeAsync()
    {
        _queue.Writer.TryComplete();
        await _ended.Task.ConfigureAwait(false);
        _begin.Dispose();
        _commit.Dispose();
        _rollback.Dispose();
    }

    private async Task<T> EnqueueAsync<T>(WriteRequest<T> request)
    {
        try
        {
            await _queue.Writer.WriteAsync(request, request.CancellationToken).ConfigureAwait(false);
        }
        catch (ChannelClosedException e)
        {
            throw new HistoryException(HistoryErrorReason.Closed, "the history store is closed", e);
        }

        return await request.Task.ConfigureAwait(false);
    }

    private void RunLoop()
    {
        var group = new List<WriteRequest>(MaximumGroup);
        WriteRequest? next = null;
        while (next is not null || TryTake(out next))
        {
            group.Clear();
            group.Add(next);
            next = null;
            while (group[0].IsInTransaction && group.Count < MaximumGroup && _queue.Reader.TryRead(out next))
            {
                if (!next.IsInTransaction)
                {
                    break;
                }

                group.Add(next);
                next = null;
            }

            Run(group);
        }

        _ended.SetResult();
    }

    private bool TryTake([System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out WriteRequest? request)
    {
        request = null;
        while (!_queue.Reader.TryRead(out request))
        {
            // A thread of its own, which has nothing else to do than to wait; and not to spin before, which would take longer than most of what it writes.
            var waiting = _queue.Reader.WaitToReadAsync().AsTask();
            ((IAsyncResult)waiting).AsyncWaitHandle.WaitOne();
            if (!waiting.GetAwaiter().GetResult())
            {
                return false;
            }
        }

        return true;
    }

    private void Run(List<WriteRequest> group)
    {
        group.RemoveAll(static request =>
        {
            bool isCancelled = request.CancellationToken.IsCancellationRequested;
            if (isCancelled)
            {
                request.Cancel();
            }

            return isCancelled;
        });
        if (group.Count == 0 || TryRun(group, out var error))
        {
            return;
        }

        foreach (var request in group)
        {
            if (group.Count > 1 && TryRun([request], out error))
            {
                continue;
            }

            Interlocked.Increment(ref _failedWrites);
            var failure = request.IsInTransaction && SqliteErrors.IsRefusal(error!) ? SqliteErrors.Refuse(error!, _path)
                : SqliteErrors.IsExpected(error!) ? SqliteErrors.Translate(error!, _path)
                : error!;

            // The store does well when it refuses one thing for what it is.
            _lastError = failure is HistoryException { Reason: HistoryErrorReason.Refused } ? null : failure.Message;
            request.Fail(failure);
        }
    }

    private bool TryRun(List<WriteRequest> group, out Exception? error)
    {
        try
        {
            RunOrThrow(group);
            error = null;
            _lastError = null;
        }
#pragma warning disable CA1031 // Whatever it is belongs to who asked for it; the writer has to go on for the others.
        catch (Exception e)
#pragma warning restore CA1031
        {
            error = e;
            return false;
        }

        foreach (var request in group)
        {
            request.Complete();
        }

        return true;
    }

    private void RunOrThrow(List<WriteRequest> group)
    {
        if (!group[0].IsInTransaction)
        {
            group[0].Run();
            return;
        }

        bool isDurable = group.Exists(static request => request.IsDurable);
        if (isDurable)
        {
            SqliteConnections.Execute(_connection, "PRAGMA synchronous = FULL");
        }

        try
        {
            RollbackIfOpen();
            _begin.Run();
            foreach (var request in group)
            {
                request.Run();
            }

            _commit.Run();
            _transactionEnded(true);
        }
        catch
        {
            _transactionEnded(false);
            RollbackIfOpen();
            throw;
        }
        finally
        {
            if (isDurable)
            {
                SqliteConnections.Execute(_connection, "PRAGMA synchronous = NORMAL");
            }
        }
    }

    /// <summary>Some errors, such as a full disk, have rolled back already; and what fails here is tried again before the next transaction.</summary>
    private void RollbackIfOpen()
    {
        if (raw.sqlite3_get_autocommit(_connection.Handle) == 0)
        {
            _rollback.Run();
        }
    }
}
