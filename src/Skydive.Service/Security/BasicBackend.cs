using Microsoft.Extensions.Logging;

namespace Skydive.Service.Security;

/// <summary>Users of a file, which is read again when it changes, and of the configuration.</summary>
internal sealed partial class BasicBackend : IAuthenticationBackend
{
    private static readonly TimeSpan s_pause = TimeSpan.FromSeconds(1);

    private readonly string? _file;
    private readonly IReadOnlyDictionary<string, UserEntry> _configured;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly Lock _lock = new();
    private volatile IReadOnlyDictionary<string, UserEntry> _users;
    private (DateTime Written, long Length) _version;
    private long _lookedAt;

    /// <summary>Reads the users.</summary>
    /// <param name="name">Name of the section.</param>
    /// <param name="file">The file; null for none.</param>
    /// <param name="configured">Users of the configuration, which go before those of the file.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told when the file cannot be read any more.</param>
    /// <exception cref="IOException">The file cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">The file may not be read.</exception>
    public BasicBackend(string name, string? file, IReadOnlyDictionary<string, UserEntry> configured, TimeProvider time, ILogger logger)
    {
        Name = name;
        _file = file;
        _configured = configured;
        _time = time;
        _logger = logger;
        _users = configured;
        if (file is not null)
        {
            _version = VersionOf(file);
            Load(file);
        }
    }

    /// <inheritdoc/>
    public string Name { get; }

    /// <inheritdoc/>
    public ValueTask<UserRecord?> CheckAsync(string user, string password, CancellationToken cancellationToken)
    {
        Refresh(isUrgent: true);
        bool isKnown = _users.TryGetValue(user, out var entry);
        bool isRight = PasswordHash.Verify(entry?.Hash ?? PasswordHash.OfNobody, password);
        return new(isKnown && isRight ? ToRecord(user, entry!) : null);
    }

    /// <inheritdoc/>
    public UserRecord? Find(string user)
    {
        Refresh(isUrgent: false);
        return _users.TryGetValue(user, out var entry) ? ToRecord(user, entry) : null;
    }

    private static UserRecord ToRecord(string user, UserEntry entry) => new(user, entry.Groups, entry.Hash);

    private static (DateTime, long) VersionOf(string file) => new FileInfo(file) is { Exists: true } info ? (info.LastWriteTimeUtc, info.Length) : default;

    private void Refresh(bool isUrgent)
    {
        if (_file is null || (!isUrgent && _time.GetElapsedTime(Interlocked.Read(ref _lookedAt)) < s_pause))
        {
            return;
        }

        lock (_lock)
        {
            Interlocked.Exchange(ref _lookedAt, _time.GetTimestamp());
            var version = VersionOf(_file);
            if (version == _version)
            {
                return;
            }

            _version = version;
            try
            {
                Load(_file);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                LogUnreadable(_logger, _file, e.Message);
            }
        }
    }

    private void Load(string file)
    {
        var users = new Dictionary<string, UserEntry>(UserFile.Read(file, out var problems), StringComparer.Ordinal);
        foreach (var (user, entry) in _configured)
        {
            users[user] = entry;
        }

        foreach (string problem in problems)
        {
            LogProblem(_logger, problem);
        }

        _users = users;
    }

    [LoggerMessage(3101, LogLevel.Warning, "The file of users {File} cannot be read, the users known so far stay: {Reason}")]
    private static partial void LogUnreadable(ILogger logger, string file, string reason);

    [LoggerMessage(3102, LogLevel.Warning, "A line of the file of users is left out: {Problem}")]
    private static partial void LogProblem(ILogger logger, string problem);
}
