namespace Skydive.Storage.Sqlite;

/// <summary>The directory of a database, held for one store of one process. The kernel gives it free when the process dies, however it does.</summary>
internal sealed class DatabaseDirectory : IDisposable
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;
    private const string DatabaseName = "history.db";
    private const string LockName = "history.lock";

    // EWOULDBLOCK of flock(2), which .NET gives as it is.
    private const int WouldBlock = 11;

    // FileShare.None is an exclusive flock(2) on Linux.
    private readonly FileStream _lock;

    private DatabaseDirectory(string path, FileStream lockFile)
    {
        _lock = lockFile;
        DatabasePath = Path.Combine(path, DatabaseName);
    }

    /// <summary>Where the database is.</summary>
    public string DatabasePath { get; }

    /// <summary>Takes a directory; makes it, and the files in it, for the owner only.</summary>
    /// <param name="path">Where.</param>
    /// <exception cref="HistoryException">It cannot be made or written, or is in use.</exception>
    public static DatabaseDirectory Open(string path)
    {
        path = Path.GetFullPath(path);
        FileStream? lockFile = null;
        try
        {
            Directory.CreateDirectory(path, OwnerOnly | UnixFileMode.UserExecute);
            lockFile = OpenLock(Path.Combine(path, LockName));
            var directory = new DatabaseDirectory(path, lockFile);

            // SQLite gives its other files the mode of the database, so it is enough that this one exists before.
            new FileStream(directory.DatabasePath, new FileStreamOptions
            {
                Mode = FileMode.OpenOrCreate,
                Access = FileAccess.ReadWrite,
                Share = FileShare.ReadWrite,
                UnixCreateMode = OwnerOnly,
            }).Dispose();
            return directory;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            lockFile?.Dispose();
            throw new HistoryException(
                HistoryErrorReason.Inaccessible, $"the history directory {path} cannot be used: {e.Message} Give the service's user a directory that it may write.", e);
        }
    }

    /// <summary>Where the database of a directory is.</summary>
    /// <param name="path">The directory.</param>
    public static string GetDatabasePath(string path) => Path.Combine(Path.GetFullPath(path), DatabaseName);

    /// <summary>How many bytes the files of the database take; what cannot be asked counts as nothing.</summary>
    public long GetSizeBytes() => SizeOf(DatabasePath) + SizeOf(DatabasePath + "-wal") + SizeOf(DatabasePath + "-shm");

    /// <summary>Lets go of the directory.</summary>
    public void Dispose() => _lock.Dispose();

    private static FileStream OpenLock(string path)
    {
        try
        {
            return new(path, new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None, UnixCreateMode = OwnerOnly });
        }
        catch (IOException e) when (e.HResult == WouldBlock)
        {
            throw new HistoryException(
                HistoryErrorReason.InUse,
                $"the history directory {Path.GetDirectoryName(path)} is in use by another process: stop that service, or give this one a directory of its own",
                e);
        }
    }

    private static long SizeOf(string path)
    {
        try
        {
            return new FileInfo(path) is { Exists: true } file ? file.Length : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
