using Skydive.Client;

namespace Skydive;

/// <summary>A connection with a service, as a user sees it. Shows no secrets. Safe for use by several runspaces at once.</summary>
public sealed class Session
{
    private readonly object _lock = new();
    private SkydiveClient? _client;
    private SkydiveClientOptions _options;

    internal Session(string name, SkydiveClientOptions options, Guid runspace, bool isImplicit)
    {
        Name = name;
        _options = options;
        Runspace = runspace;
        IsImplicit = isImplicit;
    }

    /// <summary>The name by which it can be chosen.</summary>
    public string Name { get; }

    /// <summary>Address of the service.</summary>
    public Uri Uri => _options.Address;

    /// <summary>The user; null when nobody logged in.</summary>
    public string? User => _options.Credential?.UserName ?? (_options.Token is null ? null : "(token)");

    /// <summary>Open or Closed.</summary>
    public string State => IsClosed ? "Closed" : "Open";

    /// <summary>analyzer or agent; null until it is known.</summary>
    public string? Service { get; internal set; }

    /// <summary>Identity of the service's host; null until it is known.</summary>
    public string? HostName { get; internal set; }

    /// <summary>Version of the service; null until it is known.</summary>
    public string? Version { get; internal set; }

    /// <summary>Whether commands of this runspace use it when they are not told otherwise.</summary>
    public bool IsDefault => PowerShell.Sessions.SessionStore.Default == this;

    /// <summary>When it was opened.</summary>
    public DateTimeOffset OpenedAt { get; } = DateTimeOffset.Now;

    /// <summary>How long to wait for an answer to begin, and for each next part of it.</summary>
    public double OperationTimeoutSeconds => _options.OperationTimeout.TotalSeconds;

    internal bool IsClosed { get; private set; }

    /// <summary>Whether it was made because nobody said which to use.</summary>
    internal bool IsImplicit { get; }

    /// <summary>The runspace that opened it.</summary>
    internal Guid Runspace { get; }

    internal SkydiveClientOptions Options => _options;

    internal SkydiveClient Client
    {
        get
        {
            lock (_lock)
            {
                ObjectDisposedException.ThrowIf(IsClosed, this);
                return _client ??= new(_options);
            }
        }
    }

    /// <summary>The name.</summary>
    public override string ToString() => Name;

    // Commands under way keep the client that they have; it is left to the finalizers of its sockets.
    internal void SetOperationTimeout(TimeSpan timeout)
    {
        lock (_lock)
        {
            _options = _options with { OperationTimeout = timeout };
            _client = null;
        }
    }

    internal void Close()
    {
        lock (_lock)
        {
            IsClosed = true;
            _client?.Dispose();
            _client = null;
        }
    }
}
