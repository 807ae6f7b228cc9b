namespace Skydive.Storage.Sqlite;

/// <summary>Something that the writer is to do.</summary>
internal abstract class WriteRequest(bool isInTransaction, bool isDurable, CancellationToken cancellationToken)
{
    /// <summary>Whether it shares a transaction with others; otherwise it runs on its own, outside of one.</summary>
    public bool IsInTransaction { get; } = isInTransaction;

    /// <summary>Whether the file system is to be synchronised before it completes.</summary>
    public bool IsDurable { get; } = isDurable;

    /// <summary>Gives the request up while it has not begun.</summary>
    public CancellationToken CancellationToken { get; } = cancellationToken;

    /// <summary>Does it. The result is kept until <see cref="Complete"/>. May be called again after a rollback.</summary>
    public abstract void Run();

    /// <summary>What was done is committed.</summary>
    public abstract void Complete();

    /// <summary>Nothing was done.</summary>
    public abstract void Fail(Exception error);

    /// <summary>It was given up.</summary>
    public abstract void Cancel();
}
